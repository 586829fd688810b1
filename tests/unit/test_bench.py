"""The bench's pieces on tiny sizes. How fast anything is, no test judges."""

import json
import os
from collections import defaultdict
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from assistant import Settings
from assistant.chunks import split_sentences
from assistant.index import Index
from assistant.models import LocalEmbedding
from bench import __main__ as program
from bench import (
    endpoints,
    engines,
    indexing,
    page,
    plan,
    queries,
    scale,
    server,
    sidebyside,
    startup,
    syncing,
    writing,
)
from bench.corpus import Corpus, read_sentences
from bench.plan import Plan
from bench.quickstart import FILE_NAME, Quickstart, read_nodes, stored_nodes
from bench.stages import STAGES, Stages, Watched
from bench.tables import MARKER, Table, write_markdown
from bench.timing import Times, in_turn, repeat
from bench.vectors import Mixture, RememberingEmbedding, SyntheticEmbedding

SENTENCES = [
    "The council of Port Ellery approved the new bridge on Friday after a long debate.",
    "Growers in the Velm valley lost about 300 tonnes of apples to the late frost.",
    "The minister said that a decision about the railway would come before June.",
    "Ferries between the two islands will run until the harbour opens again in 2021.",
]


@pytest.fixture
def corpus() -> Corpus:
    return Corpus(SENTENCES)


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    monkeypatch.setattr("bench.corpus.WORDS", 100)
    monkeypatch.setattr("bench.corpus.FEWEST_WORDS", 60)
    monkeypatch.setattr(plan, "EMBEDDED_SENTENCES", 8)
    monkeypatch.setattr(queries, "WARM_UP", 1)
    monkeypatch.setattr(scale, "WARM_UP", 1)
    monkeypatch.setattr(server, "WARM_UP", 1)
    monkeypatch.setattr(indexing, "ARTICLES_PER_ROUND", 1)
    monkeypatch.setattr(indexing, "ROUNDS", 1)
    monkeypatch.setattr(syncing, "ARTICLES", 4)
    monkeypatch.setattr(syncing, "CHANGED", 2)
    return Plan(tmp_path / "bench", sizes=(15, 25), queries=3, repeats=2, say=_silently)


def _silently(_: str) -> None:
    """Can be sent to another process."""


def _cells(table: Table) -> dict[str, list[str]]:
    return {row[0]: list(row[1:]) for row in table.rows}


# The corpus


def test_an_article_depends_on_its_number_and_the_seed_alone(corpus: Corpus) -> None:
    assert corpus.article(3) == Corpus(SENTENCES).article(3)
    assert corpus.article(3) != Corpus(SENTENCES, seed=1).article(3)


def test_an_article_is_a_headline_a_date_and_about_700_words(corpus: Corpus) -> None:
    articles = [corpus.article(number) for number in range(50)]
    assert all(len(article.split("\n\n")[0].split()) <= 10 for article in articles)
    assert all(article.split("\n\n")[1][-4:].isdigit() for article in articles)
    assert 600 < np.mean([len(article.split()) for article in articles]) < 850


def test_no_two_articles_share_a_long_sentence(corpus: Corpus) -> None:
    texts = [corpus.article(number) for number in range(20)]
    sentences = [{text[s.start : s.end] for s in split_sentences(text)} for text in texts]
    together = set().union(*sentences)
    assert len(together) > 0.95 * sum(map(len, sentences))


def test_the_vocabulary_keeps_growing_with_the_corpus(corpus: Corpus) -> None:
    few = {word for number in range(10) for word in corpus.article(number).split()}
    many = few.union(*(corpus.article(number).split() for number in range(10, 40)))
    assert len(many) > 2 * len(few)


def test_another_edition_only_adds_to_the_end(corpus: Corpus) -> None:
    first, second, third = (corpus.article(7, edition) for edition in range(3))
    assert second.startswith(first.rstrip())
    assert len({first, second, third}) == 3


def test_articles_are_written_a_hundred_to_a_folder(corpus: Corpus, tmp_path: Path) -> None:
    corpus.write(tmp_path, [0, 99, 100])
    found = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.txt"))
    assert found == ["00000/0000000.txt", "00000/0000099.txt", "00001/0000100.txt"]


def test_questions_differ_from_each_other_but_not_from_run_to_run(corpus: Corpus) -> None:
    asked = corpus.questions(50, articles=10)
    assert len(set(asked)) == 50
    assert asked == Corpus(SENTENCES).questions(50, articles=10)


def test_whole_sentences_are_read_from_articles_and_paragraphs(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"A headline\n\n{SENTENCES[0]} Too short.\n", encoding="utf-8")
    paragraph = {"context": SENTENCES[1], "qas": [{"question": "What?", "answers": [{"text": "apples"}]}]}
    squad = tmp_path / "squad.json"
    squad.write_text(json.dumps({"data": [{"paragraphs": [paragraph]}]}), encoding="utf-8")
    assert read_sentences(tmp_path, squad) == SENTENCES[:2]


# The vectors


def test_a_mixed_vector_has_length_one_and_is_nearest_to_the_text_with_its_words() -> None:
    known = np.eye(4, 16, dtype=np.float32) + np.float32(0.5)
    mixture = Mixture(SENTENCES, known)
    found = mixture.vectors([text.replace("the", "a") for text in SENTENCES])
    assert np.linalg.norm(found, axis=1) == pytest.approx(1)
    assert (found @ known.T).argmax(axis=1).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("text", ["", "Zzyx qwv", "?!"])
def test_a_text_without_a_known_word_has_a_vector_too(text: str) -> None:
    mixture = Mixture(SENTENCES, np.eye(4, 16, dtype=np.float32))
    assert np.linalg.norm(mixture.vectors([text, "Zzyx"]), axis=1) == pytest.approx(1)


def test_questions_are_embedded_by_the_real_model() -> None:
    real = LocalEmbedding()
    synthetic = SyntheticEmbedding(real, SENTENCES)
    assert synthetic.get_query_embedding("Who spoke?") == real.get_query_embedding("Who spoke?")
    assert synthetic.model_name == real.model_name
    assert len(synthetic.get_text_embedding(SENTENCES[0])) == 384


def test_a_text_is_embedded_once_by_the_real_model_and_then_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    real = LocalEmbedding()
    expected, embed = real.get_text_embedding_batch(SENTENCES), LocalEmbedding._get_text_embeddings
    embedded: list[str] = []

    def count(self: LocalEmbedding, texts: list[str]) -> list[list[float]]:
        embedded.extend(texts)
        return embed(self, texts)

    monkeypatch.setattr(LocalEmbedding, "_get_text_embeddings", count)
    remembering = RememberingEmbedding(real)
    for _ in range(2):
        assert remembering.get_text_embedding_batch([*SENTENCES, SENTENCES[0]]) == [*expected, expected[0]]
    assert embedded == SENTENCES
    assert remembering.get_query_embedding("Who spoke?") == real.get_query_embedding("Who spoke?")
    assert remembering.model_name == real.model_name


# Times and tables


def test_percentiles_lie_between_neighbours() -> None:
    times = Times([0.1, 0.2, 0.3, 0.4, 0.5])
    assert times.n == 5
    assert [times.p50, times.p95] == pytest.approx([0.3, 0.48])
    assert times.milliseconds() == "300.0 / 480.0"


def test_nothing_timed_has_no_median() -> None:
    with pytest.raises(ValueError, match="nothing was timed"):
        _ = Times().p50


def test_repeating_calls_as_often_as_asked() -> None:
    called: list[None] = []
    assert repeat(3, lambda: called.append(None)).n == len(called) == 3


def test_another_call_comes_first_each_turn() -> None:
    called: list[str] = []
    times: dict[str, Times] = defaultdict(Times)
    for turn in range(2):
        in_turn({name: partial(called.append, name) for name in "abc"}, times, turn)
    assert "".join(called) == "abcbca"
    assert {name: t.n for name, t in times.items()} == {"a": 2, "b": 2, "c": 2}


def test_a_watched_object_times_the_named_methods_and_passes_the_others_on() -> None:
    spent: dict[str, float] = defaultdict(float)
    watched = Watched("a,b", {"split": "splitting"}, spent)
    assert watched.split(",") == ["a", "b"]
    once = spent["splitting"]
    assert watched.upper() == "A,B"
    assert dict(spent) == {"splitting": once}
    watched.split(",")
    assert spent["splitting"] > once > 0


def test_a_row_that_does_not_fit_the_columns_is_an_error() -> None:
    with pytest.raises(ValueError, match="1 cells for 2 columns"):
        Table("t", ("a", "b")).add("1")


def test_a_table_becomes_markdown() -> None:
    table = Table("Speed", ("", "ms"), note="Measured once.")
    table.add("a|b", "1")
    assert table.markdown() == "## Speed\n\n|  | ms |\n| --- | ---: |\n| a\\|b | 1 |\n\nMeasured once."


def test_a_page_keeps_what_was_written_by_hand_and_the_tables_of_other_runs(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("# Speed\n\n## How\n\nBy hand.\n", encoding="utf-8")
    write_markdown(path, [Table("First", ("", "ms"), rows=[("a", "1")]), Table("Second", ("", "ms"))], "A machine.")
    write_markdown(path, [Table("First", ("", "ms"), rows=[("a", "2")]), Table("Third", ("", "ms"))], "Another.")
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# Speed\n\n## How\n\nBy hand.\n\n{MARKER}\n\n## First\n\n")
    first, second, third = text.partition("## First")[2].split("\n## ")
    assert "| a | 2 |" in first
    assert "| a | 1 |" not in text
    assert [part.rstrip().rpartition("\n")[2] for part in (first, second, third)] == [
        "Another.",
        "A machine.",
        "Another.",
    ]


# The sections


def test_queries_are_timed_by_stage_on_each_size_beside_the_quickstart(tiny: Plan) -> None:
    sizes, latency = queries.measure(tiny)
    assert _cells(sizes)["articles"] == ["3", "5"]
    small, large = (int(head.split()[0]) for head in latency.columns[1:])
    assert 3 <= small < large
    assert {*STAGES, queries.WHOLE, queries.FILTERED, queries.QUICKSTART} <= _cells(latency).keys()


def test_growth_is_measured_with_exact_neighbours_beside(tiny: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale, "_apart", lambda step, plan: step(plan))
    growth, latency = scale.measure(tiny)
    cells = _cells(growth)
    assert cells["articles"] == ["3", "5"]
    assert cells["articles that are new to the sync"] == ["3", "2"]
    # So few vectors are all found.
    assert cells["recall@10 of the vector search"] == ["1.000", "1.000"]
    on_disk = zip(cells["disk, KB a chunk"], cells["disk beyond the articles' text, KB a chunk"], strict=True)
    assert all(float(whole) > float(beyond) > 0 for whole, beyond in on_disk)
    assert {*STAGES, *scale.FILTERS} <= _cells(latency).keys()


def test_a_server_of_chroma_is_set_beside_the_folder(tiny: Plan) -> None:
    [table] = server.measure(tiny)
    assert table.columns == ("", server.FOLDER, server.SERVER)
    cells = _cells(table)
    assert len(cells) == len(server.STEPS) + len(scale.FILTERS)
    assert all(float(cell.split()[0]) > 0 for row in cells.values() for cell in row)


def test_a_step_runs_in_a_process_of_its_own(tiny: Plan) -> None:
    assert scale._apart(_process_of, tiny) != os.getpid()


def _process_of(_: Plan) -> int:
    return os.getpid()


def test_the_quickstart_gets_every_chunk_once_with_its_vector(tiny: Plan) -> None:
    settings = tiny.settings("here")
    tiny.corpus.write(settings.corpus_dir, range(2))
    with Index(settings, tiny.synthetic) as index:
        index.sync()
        count = index.statistics().chunk_count
    quickstart = Quickstart(tiny.folder / "there", tiny.synthetic)
    for _ in range(2):
        for nodes in stored_nodes(settings, quickstart.ids()):
            quickstart.add(nodes)
    assert len(quickstart.ids()) == count
    assert len(quickstart.retrieve("Who spoke of the border?")) == min(5, count)
    quickstart.close()


def test_the_fusion_finds_by_words_what_the_vectors_miss_and_no_node_twice(tmp_path: Path) -> None:
    embedding = LocalEmbedding()
    for number, text in enumerate((*SENTENCES, "Zqx 7731.")):
        (tmp_path / f"{number}.txt").write_text(text, encoding="utf-8")
    nodes = read_nodes(tmp_path, tokens=256)
    quickstart = Quickstart(tmp_path / "store", embedding, top_k=2)
    quickstart.add(nodes)
    fusion = quickstart.fused(nodes)
    for asked in ("What is said of Zqx 7731 and the bridge of Port Ellery?", "Who lost apples to the frost?"):
        found = [hit.node.node_id for hit in fusion.retrieve(asked)]
        assert len(found) == len(set(found)) == 2
    assert "4.txt" in {hit.node.metadata[FILE_NAME] for hit in fusion.retrieve("apples zqx")}
    quickstart.close()


@pytest.mark.parametrize("tokens", [16, 256])
def test_chunks_are_read_as_llamaindex_reads_them_with_the_name_of_their_article(tmp_path: Path, tokens: int) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.txt").write_text(" ".join(SENTENCES), encoding="utf-8")
    (tmp_path / "notes.yaml").write_text("no: article", encoding="utf-8")
    nodes = read_nodes(tmp_path, tokens)
    assert {node.metadata[FILE_NAME] for node in nodes} == {"inner/a.txt"}
    assert " ".join(node.get_content() for node in nodes) == " ".join(SENTENCES)
    assert (len(nodes) > 1) == (tokens == 16)


@pytest.mark.parametrize(
    ("texts", "repeated"),
    [
        ([], 0),
        (["one two three", "one two three"], 1),
        (["one two three", "one two four"], 0),
        ([SENTENCES[0], f"{SENTENCES[0]} {SENTENCES[1]}", SENTENCES[1]], 1),
        ([SENTENCES[0], f"{SENTENCES[0]} Yes.", SENTENCES[0]], 2),
    ],
)
def test_a_slot_is_repeated_if_half_of_its_runs_of_words_stand_above(texts: list[str], repeated: int) -> None:
    assert sidebyside.repeats(texts) == repeated


@pytest.fixture
def beside(tiny: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """Over two articles that say the same, and no recall."""
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    for name in ("a", "b"):
        (shipped / f"{name}.txt").write_text("\n\n".join(["A headline", *SENTENCES]), encoding="utf-8")
    case = '- {id: one, type: fact, question: "Who lost apples?", answerable: false}\n'
    (tmp_path / "cases.yaml").write_text(case, encoding="utf-8")
    monkeypatch.setattr(sidebyside, "ROUNDS", 2)
    monkeypatch.setattr(sidebyside, "SEEDS", shipped)
    monkeypatch.setattr(sidebyside, "SHIPPED", tmp_path / "cases.yaml")
    return tiny


def test_repeats_are_compared_side_by_side_and_recall_is_left_out_in_words(beside: Plan) -> None:
    (table,) = sidebyside.measure(beside)
    cells = _cells(table)
    systems = list(table.columns[1:])
    repeated = dict(zip(systems, cells["all: slots that repeat others"], strict=True))
    assert repeated[sidebyside.OWN_QUICKSTART] == repeated[sidebyside.OWN_FUSION] == "50.0%"
    assert repeated[sidebyside.OURS] == "0.0%"
    assert [bool(cell) for cell in cells[sidebyside.EMBEDDED]] == [True, True, False, False, True]
    assert [bool(cell) for cell in cells[sidebyside.STORED]] == [False, False, True, True, True]
    assert "Recall is left out" in table.note


def test_recall_is_compared_for_each_language_of_the_questions(beside: Plan, tmp_path: Path) -> None:
    questions = {
        "en": ["What did the council approve?", "Who lost apples to the frost?"],
        "de": ["Was hat der Rat genehmigt?", "Wer hat durch den Frost Äpfel verloren?"],
    }
    folder = tmp_path / "parallel"
    folder.mkdir()
    for language, asked in questions.items():
        paragraphs = [
            {"context": text, "qas": [{"question": question, "answers": [{"text": "x"}]}]}
            for text, question in zip(SENTENCES, asked, strict=False)
        ]
        data = {"data": [{"paragraphs": paragraphs}]}
        (folder / f"{language}.json").write_text(json.dumps(data), encoding="utf-8")
    table, shipped = sidebyside.measure(replace(beside, squad=folder / "en.json"))
    cells = _cells(table)
    assert cells["en: R@1 / R@5 / MRR@10"] == cells["de: R@1 / R@5 / MRR@10"] == ["1.000 / 1.000 / 1.000"] * 5
    assert "Recall is left out" not in shipped.note


def test_every_stage_is_timed_once_a_question(tiny: Plan) -> None:
    settings = tiny.settings("here")
    tiny.corpus.write(settings.corpus_dir, range(2))
    with Index(settings, tiny.synthetic) as index:
        index.sync()
        stages = Stages(index, tiny.synthetic, Settings())
        stages.ask("What is known about the border?")
    assert {stage: times.n for stage, times in stages.times.items()} == dict.fromkeys(STAGES, 1)


def test_a_sync_is_measured_against_the_bare_loop(tiny: Plan) -> None:
    (table,) = indexing.measure(tiny)
    assert [row[0] for row in table.rows] == ["1", "median"]
    assert table.rows[0][1:] == table.rows[1][1:]


def test_an_unchanged_and_a_changed_corpus_are_synced_as_often_as_asked(tiny: Plan) -> None:
    (table,) = syncing.measure(tiny)
    assert {name: cells[-1] for name, cells in _cells(table).items()} == {
        "from nothing": "1",
        "unchanged": "2",
        "2 changed": "2",
        "unchanged, opened anew": "2",
    }


def test_the_engines_are_compared_on_the_same_texts(tiny: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "TEXTS", {"sentences": 5, "texts of 200 words": 2})
    monkeypatch.setattr(engines, "WARM_UP", 1)
    (table,) = engines.measure(tiny)
    cells = _cells(table)
    for kind in engines.TEXTS:
        mean, least = map(float, cells[f"{kind}, cosine of both vectors, mean / least"][1].split(" / "))
        assert 1 >= mean >= least > 0.99
    assert float(cells["memory, MB"][1]) > float(cells["memory, MB"][0]) > 20
    assert all(float(seconds) > 0 for seconds in cells["loading, s"])


def test_embedding_at_an_endpoint_is_timed_by_texts_a_request_and_requests_at_a_time(
    tiny: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "TEXTS", 40)
    monkeypatch.setattr(endpoints, "TEXTS_A_REQUEST", (5, 20))
    (table,) = endpoints.measure(tiny)
    seconds = {name: [float(cell.split()[0]) for cell in cells] for name, cells in _cells(table).items()}
    assert list(seconds) == ["5 texts a request", "20 texts a request"]
    assert seconds["5 texts a request"][0] >= 8 * endpoints.LATENCY_SECONDS
    assert seconds["20 texts a request"][0] >= 2 * endpoints.LATENCY_SECONDS
    assert "40 sentences" in table.note


def test_written_answers_are_timed_alone_and_for_many_readers_at_once(
    tiny: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "ARTICLES", 3)
    monkeypatch.setattr(writing, "ROUNDS", 1)
    monkeypatch.setattr(writing, "SECONDS_A_PIECE", 0.0001)
    monkeypatch.setattr(writing, "CROWD", 2)
    streams, crowd, checks = map(_cells, writing.measure(tiny))
    assert all(float(cell.split()[0]) > 0 for row in streams.values() for cell in row)
    assert {name: cells[1:] for name, cells in crowd.items()} == {
        "1 at a time": ["2", "2"],
        "4 at a time": ["2", "2"],
        "2 at a time": ["2", "2"],
        "busy endpoint, 0 retries": ["0", "2"],
        "busy endpoint, 2 retries": ["2", "4"],
    }
    assert int(checks["one sentence"][1]) > 0


def test_an_import_is_timed_in_a_process_of_its_own(tiny: Plan) -> None:
    times = startup._imports(startup.IMPORT, 2, tiny.environment())
    assert times.n == 2
    assert min(times.seconds) > 0


def test_programs_do_not_see_the_settings_of_whoever_runs_the_bench(
    tiny: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_TOP_K", "9")
    environment = tiny.environment(port=1234)
    assert "ASSISTANT_TOP_K" not in environment
    assert environment["ASSISTANT_PORT"] == "1234"


def test_the_memory_of_this_process_is_known() -> None:
    assert 10 < page._resident_mb(os.getpid()) < 100_000


def test_a_page_that_ends_before_it_comes_up_is_an_error(tiny: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "SEEDS", tiny.folder)
    monkeypatch.setattr(page, "ROOT", tiny.folder)
    tiny.folder.mkdir()
    (tiny.folder / "app.py").write_text("raise SystemExit(3)", encoding="utf-8")
    with pytest.raises(RuntimeError, match="ended with 3"), page._page(tiny):
        pass


def test_the_program_prints_its_tables_and_writes_them_to_a_page(
    tiny: Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tiny.repeats
    program.main(["--only", "syncing", "--markdown", "speed.md"])
    assert "Sync of 4 articles" in capsys.readouterr().out
    written = Path("speed.md").read_text(encoding="utf-8")
    assert "## Sync of 4 articles\n" in written
    assert program.machine().split(",")[0] in written
