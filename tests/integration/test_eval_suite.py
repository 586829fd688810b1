"""The suite end to end: cases over real articles, runs that repeat to the digit, comparison, gate and sweep."""

import errno
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant, Settings
from eval import __main__ as program
from eval.cases import Case, CaseError, Evidence, load_cases, locate
from eval.gate import END, MEASURED, PAGE, Baseline, document, hold, read_baseline, renew
from eval.recipe import recipe
from eval.rows import CASE_WEIGHT, Lessons, add_cases
from eval.scoring import gold_of, retrieval_scores
from eval.suite import Run, _passages, read_run, run_suite
from eval.summary import by_type, changes, compare, curve, stages, summarise
from eval.sweep import plot, sweep, table
from tests.articles import BRIDGE_COST, write_corpus

CASES = (
    BRIDGE_COST
    + """\
- id: frost-farms
  type: number
  split: dev
  question: How many farms does the union put at concerned by the frost?
  answer: "310"
  facts: [["310"]]
  evidence:
    - article: 2022/orchard.txt
      quote: The union puts the number of farms concerned at 310.
- id: bridge-follow-up
  type: follow-up
  question: How much did the works on it cost?
  history:
    - {role: user, content: "When will the Harbour bridge reopen?"}
    - {role: assistant, content: It will reopen on 3 May.}
  answer: 48 million crowns, as everybody knows.
  facts: [[48 million], [everybody knows]]
  evidence:
    - article: 2021/harbour.txt
      quote: The works cost 48 million crowns, nine million more than planned.
- id: cup-final
  type: off-topic
  question: Who won the football cup final in Madrid?
  answerable: false
  note: No article is about football.
"""
)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("news"))


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, ...]:
    path = tmp_path_factory.mktemp("cases") / "cases.yaml"
    path.write_text(CASES, encoding="utf-8")
    return load_cases([path])


@pytest.fixture(scope="module")
def bot(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with Assistant(Settings(corpus_dir=corpus, index_dir=tmp_path_factory.mktemp("index"))) as opened:
        yield opened


@pytest.fixture(scope="module")
def run(bot: Assistant, cases: tuple[Case, ...]) -> Run:
    return run_suite(bot, cases)


def _changed(run: Run, name: str, **scores: float) -> Run:
    """The run with other scores for one case."""
    results = [
        result.model_copy(update={"scores": {**result.scores, **scores}}) if result.case.id == name else result
        for result in run.results
    ]
    return run.model_copy(update={"results": tuple(results)})


def test_every_case_is_scored(run: Run) -> None:
    cost, _, follow_up, cup = run.results
    assert cost.scores["correct"] == cost.scores["hit@1"] == cost.scores["MRR@10"] == cost.scores["answered"] == 1
    assert follow_up.scores["fact recall"] == 1 / 2
    assert follow_up.scores["correct"] == 0
    assert cup.scores == {"refused": 1, "correct": 1, "refusal precision": 1}
    assert [result.faults for result in run.results] == [()] * 4


def test_two_runs_have_the_same_scores_and_answers_to_the_digit(run: Run, corpus: Path, tmp_path: Path) -> None:
    with Assistant(Settings(corpus_dir=corpus, index_dir=tmp_path)) as other:
        again = run_suite(other, [result.case for result in run.results])
    assert [result.scores for result in again.results] == [result.scores for result in run.results]
    assert [result.answerability for result in again.results] == [result.answerability for result in run.results]
    assert [result.answer.text for result in again.results] == [result.answer.text for result in run.results]
    assert again.recipe == run.recipe


def test_a_run_is_written_and_read_back(run: Run, tmp_path: Path) -> None:
    run.write(tmp_path / "deep" / "run.json")
    assert read_run(tmp_path / "deep" / "run.json").model_dump() == run.model_dump()


def test_a_run_that_cannot_be_written_leaves_the_one_before(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.write(tmp_path / "run.json")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "the disk is full")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="the disk is full"):
        run.part("dev").write(tmp_path / "run.json")
    assert len(read_run(tmp_path / "run.json").results) == 4


def test_a_run_that_is_stopped_says_so_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("eval.suite.run_suite", stopped)
    with pytest.raises(SystemExit) as stop:
        program.main(["run", "--out", str(tmp_path / "out")])
    assert stop.value.code == 130
    assert capsys.readouterr().err.endswith("python -m eval: interrupted; nothing was written.\n")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", ["", "[]", '{"results": []}'])
def test_a_file_that_is_no_run_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content)
    with pytest.raises(ValueError, match=r"run\.json is not a run of this version"):
        read_run(tmp_path / "run.json")


def test_the_recipe_says_what_the_run_depends_on(run: Run, bot: Assistant) -> None:
    made = run.recipe
    assert made.settings_digest == bot.settings.digest()
    assert made.models == {"embedding": bot.embedding_name, "engine": bot.embedding_engine}
    assert (made.mode, made.settings) == ("extractive", {})
    assert {"refusal.en", "judge_relevancy"} <= made.prompts.keys()
    assert len(made.corpus) == len(made.cases) == 16


def test_other_articles_and_other_settings_are_another_recipe(
    run: Run, tmp_path: Path, cases: tuple[Case, ...]
) -> None:
    write_corpus(tmp_path / "news")
    (tmp_path / "news" / "new.txt").write_text("Snow fell on Tuesday. Roads were closed.\n")
    settings = Settings(corpus_dir=tmp_path / "news", index_dir=tmp_path / "index", top_k=2)
    with Assistant(settings) as other:
        made = run_suite(other, cases).recipe
    assert made.corpus != run.recipe.corpus
    assert made.settings == {"top_k": "2"}
    assert made.cases == run.recipe.cases


def test_what_is_known_of_an_article_is_in_the_recipe_and_where_it_lies_is_not(run: Run, bot: Assistant) -> None:
    articles = [bot.article(source.id) for source in bot.articles()]
    cases = [result.case for result in run.results]

    def corpus(**changes: str) -> str:
        changed = [articles[0].model_copy(update=changes), *articles[1:]]
        return recipe(bot.settings, changed, cases, "extractive", {}).corpus

    assert corpus() == corpus(path="elsewhere/a.txt") == run.recipe.corpus
    assert len({corpus(), corpus(speaker="Ida Rowe"), corpus(publisher="Another"), corpus(author="Lang")}) == 4


def test_the_best_ranking_is_that_of_the_whole_index(bot: Assistant, cases: tuple[Case, ...]) -> None:
    # Both quotes stand in one passage, so a ranking with that at the top is perfect, whatever follows.
    quotes = [cases[0].evidence[0], Evidence(article="2021/harbour.txt", quote="will reopen on 3 May")]
    texts = {source.id: bot.article(source.id).text for source in bot.articles()}
    case = cases[0].model_copy(update={"evidence": tuple(quotes)})
    gold = gold_of(locate(case, texts), _passages(bot, ["2021/harbour.txt"]))
    assert gold.best == [2]
    holding = [p for p in _passages(bot, texts) if quotes[0].quote in p.text]
    assert retrieval_scores(holding, gold)["nDCG@10"] == 1
    assert retrieval_scores([], gold)["recall@10"] == 0


def test_a_case_over_a_missing_article_stops_the_run_before_a_question_is_asked(
    bot: Assistant, cases: tuple[Case, ...]
) -> None:
    piece = cases[0].evidence[0].model_copy(update={"article": "gone.txt"})
    with pytest.raises(CaseError, match=r"there is no article gone\.txt"):
        run_suite(bot, [cases[0].model_copy(update={"evidence": (piece,)})])


def test_no_cases_are_no_run(bot: Assistant) -> None:
    with pytest.raises(CaseError, match="no cases"):
        run_suite(bot, [])


def test_the_summary_averages_each_figure_over_the_cases_it_is_defined_for(run: Run) -> None:
    found = {figure.name: estimate for figure, estimate in summarise(run.results).items()}
    assert (found["correct"].mean, found["correct"].n) == (3 / 4, 4)
    assert found["fact recall"].mean == pytest.approx(5 / 6)
    assert found["fact recall"].n == 3
    assert found["refusal recall"].n == 1
    assert found["refusal balanced accuracy"].mean == 1
    assert "judged correct" not in found


def test_results_are_grouped_by_type_and_split(run: Run) -> None:
    assert {kind: len(results) for kind, results in by_type(run.results).items()} == {
        "number": 2,
        "follow-up": 1,
        "off-topic": 1,
    }
    assert [result.case.id for result in run.part("dev").results] == ["frost-farms"]
    assert len(run.part("test").results) == 3


def test_the_curve_and_the_stages_are_those_of_the_results(run: Run) -> None:
    points = curve(run.results)
    assert (points[0].answered, points[0].refused, points[-1].answered, points[-1].refused) == (1, 0, 0, 1)
    times = stages(run.results)
    assert {"question", "retrieval", "answer", "whole"} <= set(times)
    assert all(0 <= p50 <= p95 for p50, p95 in times.values())


def test_a_run_compared_with_itself_has_not_changed(run: Run) -> None:
    assert all(change.difference.mean == 0 and not change.significant for change in compare(run, run))


def test_a_change_of_every_case_is_significant(run: Run) -> None:
    scores = [result.scores for result in run.results]
    worse = [{**of_case, "correct": 0.0} for of_case in scores]
    (change,) = [c for c in changes([{**s, "correct": 1.0} for s in scores], worse) if c.figure.name == "correct"]
    assert (change.difference.mean, change.worse, change.better) == (-1, True, False)


def test_an_answer_that_was_a_refusal_before_makes_no_other_answer_worse() -> None:
    good, bad = {"citation precision": 1.0}, {"citation precision": 0.0}
    (change,) = changes([good, good, {}], [good, good, bad])
    assert change.before.mean == 1
    assert change.after.mean == pytest.approx(2 / 3)
    assert (change.difference.mean, change.difference.n, change.worse) == (0, 2, False)


def test_runs_without_a_common_case_cannot_be_compared(run: Run) -> None:
    with pytest.raises(ValueError, match="no case in common"):
        compare(run.part("dev"), run.part("test"))


# The gate


@pytest.fixture
def baseline(run: Run, tmp_path: Path) -> Baseline:
    renew(run, tmp_path / "baseline.json")
    return read_baseline(tmp_path / "baseline.json")


def test_the_documented_table_is_renewed_between_its_marks(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "evaluation.md"
    page.write_text(f"above\n\n{MEASURED}\n{END}\n\nbelow\n", encoding="utf-8")
    document(run, page)
    assert re.fullmatch(r"above\n.*\| correct \| .*\nbelow\n", page.read_text(), re.DOTALL)


def test_the_gate_finds_nothing_worse_or_better_than_the_baseline_itself(run: Run, tmp_path: Path) -> None:
    odd = run
    for n, result in enumerate(run.results):
        odd = _changed(odd, result.case.id, **{name: value / (n + 3) for name, value in result.scores.items()})
    renew(odd, tmp_path / "baseline.json")
    verdict = hold(odd, read_baseline(tmp_path / "baseline.json"))
    assert (verdict.complaints, verdict.notes) == ((), ())


def test_the_gate_stops_a_fall_of_every_case(run: Run, baseline: Baseline) -> None:
    fallen = run
    for result in run.results:
        fallen = _changed(fallen, result.case.id, correct=0.0)
    (complaint,) = hold(fallen, baseline.model_copy(update={"scores": _all_correct(baseline)})).complaints
    assert complaint.startswith("correct went from 1.000 to 0.000")


def _all_correct(baseline: Baseline) -> dict[str, dict[str, float]]:
    return {name: {**scores, "correct": 1.0} for name, scores in baseline.scores.items()}


def test_a_fall_that_chance_explains_passes_the_gate(run: Run, baseline: Baseline) -> None:
    assert hold(_changed(run, "bridge-cost", correct=0.0), baseline).complaints == ()


def test_the_gate_names_what_is_better(run: Run, baseline: Baseline) -> None:
    fell = baseline.model_copy(update={"scores": {n: {**s, "correct": 0.0} for n, s in baseline.scores.items()}})
    better = run
    for result in run.results:
        better = _changed(better, result.case.id, correct=1.0)
    verdict = hold(better, fell)
    assert verdict.complaints == ()
    assert verdict.notes[0].startswith("correct went from 0.000 to 1.000")


def test_the_gate_stops_a_broken_promise(run: Run, baseline: Baseline) -> None:
    broken = run.results[0].model_copy(update={"faults": ("[1] quotes what does not stand at 0-9",)})
    verdict = hold(run.model_copy(update={"results": (broken, *run.results[1:])}), baseline)
    assert verdict.complaints == ("bridge-cost: [1] quotes what does not stand at 0-9",)


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("cases", "another"),
        ("corpus", "another"),
        ("settings", {"top_k": "8"}),
        ("models", {"embedding": "another", "engine": "onnx"}),
    ],
)
def test_the_gate_asks_for_a_new_baseline_when_it_is_about_something_else(
    run: Run, baseline: Baseline, what: str, value: object
) -> None:
    other = baseline.model_copy(update={"recipe": baseline.recipe.model_copy(update={what: value})})
    (complaint,) = hold(run, other).complaints
    assert complaint.startswith(f"the {what} are not those of the baseline")
    assert "gate --renew" in complaint


def test_the_engine_of_the_same_model_needs_no_new_baseline(run: Run, baseline: Baseline) -> None:
    models = {**baseline.recipe.models, "engine": "another"}
    other = baseline.model_copy(update={"recipe": baseline.recipe.model_copy(update={"models": models})})
    assert hold(run, other).complaints == ()


def test_a_damaged_baseline_is_said_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "baseline.json").write_text("{}")
    with pytest.raises(ValueError, match="gate --renew"):
        read_baseline(tmp_path / "baseline.json")


def test_cases_are_learned_from(corpus: Path, cases: tuple[Case, ...]) -> None:
    lessons = Lessons()
    add_cases(lessons, cases, corpus)
    assert lessons.same.keys() == {"en"}
    rows = lessons.pooled()
    learned = [answerable for answerable in (True, True, True, False) for _ in range(CASE_WEIGHT)]
    assert [answerable for _, answerable in rows.refusal] == learned
    # Of each answerable question one sentence is the evidence.
    assert [sum(gold for _, gold in sentences) for sentences in rows.selection] == [1] * 3 * CASE_WEIGHT
    assert lessons.other.refusal == []


# The commands


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with the cases."""
    (tmp_path / "cases.yaml").write_text(CASES, encoding="utf-8")
    return tmp_path


def test_the_command_run_writes_the_run_and_its_reports(
    files: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program.main(["run", str(files / "cases.yaml"), "--corpus", str(corpus), "--out", str(files / "out")])
    assert {path.name for path in (files / "out").iterdir()} == {"run.json", "report.html", "report.md"}
    assert "correct" in capsys.readouterr().out
    assert len(json.loads((files / "out" / "run.json").read_text())["results"]) == 4


def test_the_command_compare_reads_two_runs(files: Path, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run.write(files / "a" / "run.json")
    _changed(run, "bridge-cost", correct=0.0).write(files / "b.json")
    program.main(["compare", str(files / "a"), str(files / "b.json"), "--markdown", str(files / "c.md")])
    assert "How much did the works on the Harbour bridge cost?" in (files / "c.md").read_text()
    assert "correct" in capsys.readouterr().out


def test_two_runs_are_compared_by_the_split_that_tables_show(
    files: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run.part("dev").write(files / "dev.json")
    paths = [str(files / "dev.json")] * 2
    with pytest.raises(SystemExit):
        program.main(["compare", *paths])
    assert "no case of the split test in common" in capsys.readouterr().err
    program.main(["compare", *paths, "--split", "dev"])
    assert "1 case (1 dev) in both runs" in capsys.readouterr().out


def test_the_command_gate_passes_fails_and_renews(
    files: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = files / "baseline.json"
    gate = ["gate", str(files / "cases.yaml"), "--corpus", str(corpus), "--baseline", str(path)]
    page = PAGE.read_bytes()
    program.main([*gate, "--renew"])
    assert PAGE.read_bytes() == page
    program.main(gate)
    assert "4 cases: no promise broken" in capsys.readouterr().out
    other: dict[str, Any] = json.loads(path.read_text())
    other["recipe"]["cases"] = "0" * 16
    path.write_text(json.dumps(other))
    with pytest.raises(SystemExit):
        program.main(gate)
    assert "Worse: the cases are not those of the baseline" in capsys.readouterr().out


def test_a_judge_that_cannot_be_reached_is_counted_and_shown(
    files: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "one.yaml").write_text("\n".join(CASES.splitlines()[:8]), encoding="utf-8")
    arguments = ["run", str(files / "one.yaml"), "--corpus", str(corpus), "--out", str(files / "out")]
    with pytest.raises(SystemExit) as stop:
        program.main([*arguments, "--judge", "judge-model", "--judge-url", "http://127.0.0.1:9/v1"])
    assert stop.value.code == 1
    printed = capsys.readouterr()
    assert "the judge failed on 3 of 3 judgements: 3 not reachable." in " ".join(printed.out.split())
    assert printed.err.endswith("The judge gave no score at all.\n")
    (result,) = read_run(files / "out" / "run.json").results
    assert set(result.judge_failures) == {"judged correct", "judged faithful", "judged relevant"}
    assert "judged correct" not in result.scores


@pytest.mark.parametrize(
    ("arguments", "address", "key"),
    [
        ([], "https://api.openai.com/v1", "sk-answers"),
        (["--judge-url", "http://127.0.0.1:9/v1"], "http://127.0.0.1:9/v1", "sk-judge"),
    ],
)
def test_no_key_goes_to_another_endpoint_than_its_own(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], address: str, key: str
) -> None:
    monkeypatch.setenv("EVAL_JUDGE_API_KEY", "sk-judge")
    options = program._parser().parse_args(["run", "--judge", "m", *arguments])
    judge = program._judge(options, Settings(openai_api_key="sk-answers"))
    assert judge
    assert judge.base_url == address
    assert judge.api_key
    assert judge.api_key.get_secret_value() == key


OWN = "http://127.0.0.1:9/v1"


@pytest.mark.parametrize(
    ("settings", "arguments"),
    [
        ({"openai_api_key": "sk"}, []),
        ({"openai_base_url": OWN}, []),
        ({"openai_base_url": OWN}, ["--judge-url", f"{OWN}/"]),
        ({"openai_api_key": "sk"}, ["--judge-url", "https://api.openai.com/v1"]),
    ],
)
def test_no_model_judges_its_own_answers(settings: dict[str, Any], arguments: list[str]) -> None:
    options = program._parser().parse_args(["run", "--judge", "gpt-4o-mini", *arguments])
    with pytest.raises(ValueError, match=r"gpt-4o-mini is the model that answers.*ASSISTANT_MODE=extractive"):
        program._judge(options, Settings(**settings))
    assert program._judge(options, Settings(**settings, mode="extractive"))
    assert program._judge(options, Settings(**settings, llm_model="another"))


def test_the_same_name_at_another_endpoint_is_another_model() -> None:
    options = program._parser().parse_args(["run", "--judge", "gpt-4o-mini", "--judge-url", OWN])
    assert program._judge(options, Settings(openai_api_key="sk"))
    assert program._judge(options, Settings())


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["run", "missing.yaml"], "missing.yaml: cannot be read"),
        (["run", "--corpus", "missing"], "missing"),
        (["compare", "a.json", "b.json"], "a.json"),
        (["sweep", "missing.yaml"], "missing.yaml: cannot be read"),
        (["run", "--questions", "ru.json"], "--questions go with one SQuAD-shaped file"),
    ],
)
def test_what_a_command_cannot_do_is_said_in_words(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        program.main(arguments)
    error = capsys.readouterr().err
    assert complaint in error
    assert "Traceback" not in error


@pytest.mark.parametrize("command", ["run", "sweep"])
def test_a_split_without_cases_is_said_before_anything_is_asked(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("- {id: x, type: near, question: 'Who sang?', answerable: false}\n")
    with pytest.raises(SystemExit):
        program.main([command, str(own), "--corpus", "missing", "--split", "dev"])
    assert "no case has the split dev" in capsys.readouterr().err


def test_a_sweep_tries_each_value_beside_the_one_in_use(corpus: Path, cases: tuple[Case, ...], tmp_path: Path) -> None:
    trials = sweep(corpus, cases, {"top_k": (1,), "answer_sentences": (1, 3)})
    assert [(t.setting, t.value, t.in_use) for t in trials] == [
        ("answer_sentences", 1, False),
        ("answer_sentences", 3, True),
        ("top_k", 1, False),
        ("top_k", 5, True),
    ]
    shown = table(trials, cases)
    assert shown.startswith(f"{len(cases)} cases (")
    assert re.search(r"^\| top_k \| \*\*5\*\* \| \.\d{3} \[\.?\d+, [.\d]+\] \|", shown, re.MULTILINE)
    plot(trials, tmp_path / "sweep.svg")
    assert (tmp_path / "sweep.svg").read_text().startswith("<?xml")
