import base64
import hashlib
import io
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest
from rich.console import Console

from assistant.markup import Target, markdown_html
from assistant.records import Answer, Citation, Passage, Sentence, Source, Usage
from eval.cases import Case, Evidence, Quote
from eval.metrics.bootstrap import Estimate
from eval.metrics.citations import broken
from eval.metrics.refusal import refusal_curve
from eval.recipe import Recipe
from eval.report import html, numbers
from eval.report.charts import refusal_chart
from eval.report.diagnosis import GOOD, diagnose, verdict
from eval.report.html import html_report
from eval.report.tables import markdown, markdown_comparison, terminal, terminal_comparison
from eval.report.traces import facts, trace
from eval.report.views import chosen, lines, rows, segments
from eval.report.words import Flip, flips, judgement, recipe_changes, shortened, side_by_side
from eval.suite import Result, Run
from eval.summary import FIGURES, Change, curve, refusal_auc
from tests.markup import Page

DAY, COST, FERRIES = "It reopens on 3 May.", "It cost 48 million crowns.", "Ferries run for a month."
TEXT = f"{DAY} {COST} {FERRIES}"
SOURCE = Source(
    id="harbour.txt",
    title="Harbour bridge",
    publisher="Ellery Gazette",
    published=date(2021, 3, 12),
    path="news/harbour.txt",
)
RECIPE = Recipe(
    commit="abc123",
    python="3.11.7",
    versions={"numpy": "2.0"},
    mode="extractive",
    models={"embedding": "small"},
    settings_digest="d1",
    settings={},
    prompts={},
    data={},
    corpus="c1",
    cases="q1",
)
HOSTILE = [
    "<script>alert(1)</script>",
    '"onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    "</style></article></details><!--",
    "<img src=http://evil.example/x.png>",
    "![x](http://evil.example/x.png) [click](javascript:alert(1)) <http://evil.example>",
    "{{ 7 * 7 }} {% raw %} | a | b |",
]
FIGURE = {figure.name: figure for figure in FIGURES}


def a_passage(start: int = 0, end: int = len(TEXT)) -> Passage:
    return Passage(source=SOURCE, text=TEXT[start:end], start=start, end=end, score=0.5, sentences=())


def a_case(name: str = "bridge", **changes: Any) -> Case:
    expected = {"answer": DAY, "facts": [["3 May"]], "evidence": [Evidence(article=SOURCE.id, quote=DAY)]}
    if not changes.get("answerable", True):
        expected = {}
    return Case(**{"id": name, "type": "date", "question": "When does it reopen?", **expected, **changes})


def an_answer(*quotes: str, passages: Iterable[Passage] | None = None) -> Answer:
    """It quotes the text; without quotes it refuses."""
    cited = [
        Citation(
            number=number,
            quote=quote,
            start=TEXT.find(quote),
            end=TEXT.find(quote) + len(quote),
            source=SOURCE,
            support="supported",
        )
        for number, quote in enumerate(quotes, 1)
    ]
    return Answer(
        question="?",
        standalone_question="?",
        text=" ".join(f"{c.quote} [{c.number}]" for c in cited) or "The articles do not tell.",
        sentences=tuple(Sentence(text=c.quote, citations=(c.number,), support="supported") for c in cited),
        citations=tuple(cited),
        passages=(a_passage(),) if passages is None else tuple(passages),
        refused=not quotes,
        timings={"retrieval": 0.02, "answer": 1.5},
    )


def a_result(case: Case, answer: Answer, logits: float | None = 1.0, **scores: float) -> Result:
    good = case.answerable != answer.refused
    return Result(
        case=case,
        answer=answer,
        scores={"correct": float(good)} | {name.replace("_", " "): value for name, value in scores.items()},
        answerability=logits,
        faults=tuple(broken(answer, {SOURCE.id: TEXT})) if answer.citations else (),
    )


def a_run(*results: Result, recipe: Recipe = RECIPE) -> Run:
    return Run(created=datetime(2024, 5, 6, 7, 8, tzinfo=UTC), recipe=recipe, results=results)


def two_cases() -> Run:
    return a_run(
        a_result(a_case(), an_answer(DAY), 1.3, answered=1, words=5),
        a_result(a_case("mayor", type="near|topic", split="dev", answerable=False), an_answer(), -0.8, refused=1),
    )


def printed(renderable: Any, width: int = 100) -> str:
    file = io.StringIO()
    Console(file=file, width=width).print(renderable)
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines()) + "\n"


@pytest.mark.parametrize(
    ("case", "answer", "expected"),
    [
        (a_case(), an_answer(DAY), "right"),
        (a_case(), an_answer(COST), "wrong"),
        (a_case(facts=[["3 May"], ["48 million"]]), an_answer(DAY), "incomplete"),
        (a_case(), an_answer(), "refused wrongly"),
        (a_case(answerable=False), an_answer(), "refused rightly"),
        (a_case(answerable=False), an_answer(COST), "answered wrongly"),
    ],
)
def test_a_verdict_tells_what_was_expected_from_what_was_done(case: Case, answer: Answer, expected: str) -> None:
    result = a_result(case, answer)
    assert verdict(result) == expected
    assert (expected in GOOD) == (expected in {"right", "refused rightly"})


ELSEWHERE = (a_passage(len(DAY) + 1),)
BOTH = [Evidence(article=SOURCE.id, quote=DAY), Evidence(article=SOURCE.id, quote=COST)]


@pytest.mark.parametrize(
    ("case", "answer", "rank", "expected"),
    [
        (a_case(), an_answer(DAY), 1, "says every key fact"),
        (
            a_case(facts=[["48"]]),
            an_answer(COST),
            1,
            "says every key fact; evidence retrieved (passage 1) but not quoted",
        ),
        (a_case(), an_answer(COST), 1, "says 0 of 1 key facts; evidence retrieved (passage 1) but not quoted"),
        (
            a_case(evidence=BOTH, facts=[["3 May"], ["nine"]]),
            an_answer(DAY),
            1,
            "says 1 of 2 key facts; 1 of 2 pieces of evidence retrieved (passage 1) but not quoted",
        ),
        (a_case(facts=[["nine"]]), an_answer(DAY), 1, "says 0 of 1 key facts, although the evidence is quoted"),
        (
            a_case(),
            an_answer(COST, passages=ELSEWHERE),
            None,
            "says 0 of 1 key facts; evidence not in the only passage",
        ),
        (
            a_case(),
            an_answer(COST, passages=ELSEWHERE),
            7,
            "says 0 of 1 key facts; evidence not in the only passage, only passage 7",
        ),
        (
            a_case(),
            an_answer(COST, passages=ELSEWHERE),
            1,
            "says 0 of 1 key facts; evidence not in the only passage of the answer, though passage 1 of the ranking",
        ),
        (
            a_case(evidence=BOTH),
            an_answer(FERRIES, passages=ELSEWHERE),
            1,
            (
                "says 0 of 1 key facts; 1 of 2 pieces of evidence not in the only passage; "
                "1 of 2 pieces of evidence retrieved (passage 1) but not quoted"
            ),
        ),
        (
            a_case(),
            an_answer(COST, passages=(*ELSEWHERE, *ELSEWHERE)),
            7,
            "says 0 of 1 key facts; evidence not among the first 2 passages, only passage 7",
        ),
        (a_case(), an_answer(), 1, "refused although the evidence was passage 1 (answerability -0.8)"),
        (
            a_case(),
            an_answer(passages=ELSEWHERE),
            None,
            "refused with evidence not in the only passage (answerability -0.8)",
        ),
        (
            a_case(),
            an_answer(passages=()),
            None,
            "refused with evidence not retrieved, nor any passage (answerability -0.8)",
        ),
        (a_case(answerable=False), an_answer(), None, "refused, and no article tells (answerability -0.8)"),
        (a_case(answerable=False), an_answer(DAY), None, "answered although no article tells (answerability -0.8)"),
    ],
)
def test_a_diagnosis_says_where_the_evidence_was_lost(
    case: Case, answer: Answer, rank: int | None, expected: str
) -> None:
    scores = {} if rank is None else {"MRR@10": 1 / rank}
    assert diagnose(a_result(case, answer, -0.8, **scores)) == expected


def test_a_survey_has_no_answerability_to_tell_of() -> None:
    assert diagnose(a_result(a_case(answerable=False), an_answer(DAY), None)) == "answered although no article tells"


def test_a_diagnosis_tells_of_broken_citations_even_of_a_right_answer() -> None:
    result = a_result(a_case(), an_answer(DAY)).model_copy(update={"faults": ("[1] cites what was not retrieved",)})
    assert diagnose(result) == "says every key fact; broken citations: [1] cites what was not retrieved"


@pytest.mark.parametrize(
    ("passage", "found"),
    [
        (a_passage(), True),
        # It runs over the end, or over the start, of a passage that holds most of it.
        (a_passage(0, len(DAY) + 1 + 20), True),
        (a_passage(len(DAY) + 1 + 6), True),
        # A passage holds too little of it, or none.
        (a_passage(0, len(DAY) + 1 + 12), False),
        (a_passage(0, len(DAY)), False),
        # It holds the passage.
        (a_passage(len(DAY) + 4, len(DAY) + 16), True),
    ],
)
def test_evidence_is_found_where_a_passage_holds_half_of_it(passage: Passage, found: bool) -> None:
    case = a_case(evidence=[Evidence(article=SOURCE.id, quote=COST)])
    [traced] = trace(a_result(case, an_answer(passages=[a_passage(len(TEXT) - 5), passage])))
    assert traced.rank == (2 if found else None)


def test_evidence_of_another_article_is_not_found_and_an_alternative_is_as_good() -> None:
    evidence = Evidence(article="other.txt", quote=DAY, also=(Quote(article=SOURCE.id, quote=COST),))
    [traced] = trace(a_result(a_case(evidence=[evidence]), an_answer(COST)))
    assert (traced.rank, traced.cited) == (1, True)
    assert [(place.article, TEXT[place.span.start : place.span.end]) for place in traced.places] == [(SOURCE.id, COST)]


def test_a_refusal_says_no_fact_even_where_its_words_hold_one() -> None:
    case = a_case(facts=[["the articles"], ["3 May"]])
    assert [fact.said for fact in facts(a_result(case, an_answer()))] == [False, False]
    assert [fact.said for fact in facts(a_result(case, an_answer(DAY)))] == [False, True]


@pytest.mark.parametrize(
    ("figure", "value", "shown", "as_change"),
    [
        ("correct", 0.9636, ".964", "+.964"),
        ("correct", 1.0, "1.000", "+1.000"),
        ("correct", 0.0, ".000", ".000"),
        ("correct", -0.0004, ".000", ".000"),
        ("correct", -0.25, "-.250", "-.250"),
        ("correct", -1.0, "-1.000", "-1.000"),
        ("correct", float("nan"), "–", "–"),
        ("words", 26.44, "26.4", "+26.4"),
        ("cost", 0.000312, "0.00031", "+0.00031"),
        ("cost", 12.3456, "12.35", "+12.35"),
        ("cost", -0.02, "-0.020", "-0.020"),
        ("cost", 0.0, "0.00", "0.00"),
        ("words", -0.5, "-0.5", "-0.5"),
    ],
)
def test_shares_have_three_decimals_and_no_zero_and_words_have_one(
    figure: str, value: float, shown: str, as_change: str
) -> None:
    assert numbers.number(FIGURE[figure], value) == shown
    assert numbers.change(FIGURE[figure], value) == as_change


@pytest.mark.parametrize(
    ("figure", "low", "high", "expected"),
    [
        ("broken citations", 0.1, 0.2, "worse"),
        ("broken citations", -0.2, -0.1, "better"),
        ("cost", 0.1, 0.2, "worse"),
        ("completion tokens", -20.0, -10.0, "better"),
        ("broken citations", -0.1, 0.1, ""),
        ("correct", 0.1, 0.2, "better"),
        ("correct", -0.2, -0.1, "worse"),
        ("correct", -0.1, 0.1, ""),
        ("correct", 0.0, 0.1, ""),
        ("words", 1.0, 2.0, "changed"),
    ],
)
def test_a_change_is_judged_where_its_interval_is_clear_of_zero(
    figure: str, low: float, high: float, expected: str
) -> None:
    any_value = Estimate(0.5, 0.4, 0.6, 10)
    change = Change(FIGURE[figure], any_value, any_value, Estimate((low + high) / 2, low, high, 10))
    assert judgement(change) == expected


def test_the_tables_of_a_run_in_markdown() -> None:
    assert markdown(two_cases()) == (
        "2 cases (1 dev, 1 test), asked 6 May 2024, 07:08 UTC\n\n"
        "### Figures\n\n"
        "| figure | mean [95% interval] | n |\n"
        "| :-- | --: | --: |\n"
        "| correct | 1.000 [1.000, 1.000] | 2 |\n"
        "| words | 5.0 [5.0, 5.0] | 1 |\n"
        "| refusal balanced accuracy | 1.000 [1.000, 1.000] | 2 |\n"
        "| answerable answered | 1.000 [1.000, 1.000] | 1 |\n"
        "| refusal recall | 1.000 [1.000, 1.000] | 1 |\n\n"
        "Refusal AUC: an answerable question scores above an unanswerable one with probability 1.000 "
        "\\[1.000, 1.000\\], .5 is chance; 2 cases decided by a score.\n\n"
        "### By type of question, with 95% intervals\n\n"
        "| type | n | correct | recall@5 | fact recall | citation recall | answerable answered | refusal recall |\n"
        "| :-- | --: | --: | --: | --: | --: | --: | --: |\n"
        "| date | 1 | 1.000 [1–1] |  |  |  | 1.000 [1–1] |  |\n"
        "| near\\|topic | 1 | 1.000 [1–1] |  |  |  |  | 1.000 [1–1] |\n\n"
        "### Time\n\n"
        "| stage | median | 95th percentile |\n"
        "| :-- | --: | --: |\n"
        "| retrieval | 20.0 ms | 20.0 ms |\n"
        "| answer | 1.50 s | 1.50 s |\n"
        "| whole | 1.52 s | 1.52 s |\n\n"
        "### Recipe\n\n"
        "- Answers: extractive, embedding small\n"
        "- Code: commit abc123, Python 3.11.7, numpy 2.0\n"
        "- Settings d1: all default\n"
        "- Corpus c1, cases q1\n"
    )


def test_the_tables_of_a_run_in_a_terminal() -> None:
    assert printed(terminal(two_cases())).startswith(
        "2 cases (1 dev, 1 test), asked 6 May 2024, 07:08 UTC\n\n"
        "Figures\n"
        "figure                      mean [95% interval]  n\n"
        "correct                    1.000 [1.000, 1.000]  2\n"
        "words                            5.0 [5.0, 5.0]  1\n"
    )


def judged() -> Run:
    recipe = RECIPE.model_copy(update={"models": {"embedding": "small", "judge": "grader at host"}})
    run = a_run(a_result(a_case(), an_answer(DAY), judged_correct=1.0), recipe=recipe)
    failed = run.results[0].model_copy(update={"judge_failures": {"judged faithful": "timed out"}})
    return run.model_copy(update={"results": (failed,)})


def test_what_the_judge_failed_on_is_said_with_the_means() -> None:
    said = "Judged by grader at host; the judge failed on 1 of 2 judgements: 1 timed out."
    assert said in markdown(judged())
    assert said in printed(terminal(judged()))
    assert said in html_report(judged())
    assert "Judged by" not in markdown(two_cases()) + html_report(two_cases())


def test_a_terminal_of_80_columns_shows_the_types_without_breaking_a_number() -> None:
    lines = printed(terminal(two_cases()), width=80).splitlines()
    at = next(place for place, line in enumerate(lines) if line.startswith("near|topic"))
    # An interval may stand below its mean, but neither is cut.
    row = " ".join(lines[at : at + 2]).split()
    assert sorted(row) == sorted(["near|topic", "1", "1.000", "1.000", "[1–1]", "[1–1]"])


@pytest.mark.parametrize("kind", ["cross-language", "false-premise"])
def test_a_terminal_of_80_columns_keeps_the_names_of_the_shipped_types_in_one_line(kind: str) -> None:
    scores = dict.fromkeys(("recall@5", "fact_recall", "citation_recall", "answered", "refused"), 0.4)
    run = a_run(*(a_result(a_case(f"case-{n}", type=kind), an_answer(DAY), **scores) for n in range(30)))
    assert re.search(rf"^{kind} +30 ", printed(terminal(run), width=80), re.MULTILINE)


def test_a_terminal_of_80_columns_folds_a_long_name_of_a_type_rather_than_cut_a_number() -> None:
    name = "a-type-with-a-name-that-is-much-too-long"
    run = a_run(
        *(
            a_result(
                a_case(f"case-{number}", type=name, answerable=number % 2 > 0),
                an_answer(DAY),
                **dict.fromkeys(("recall@5", "fact_recall", "citation_recall", "answered", "refused"), number / 30),
            )
            for number in range(30)
        )
    )
    shown = printed(terminal(run), width=80)
    table = shown[shown.index("By type") : shown.index("Time")]
    assert "…" not in table
    assert table.split().count(".483") == 5
    assert len(re.findall(r"\[\.\d\d–\.\d\d\]", table)) == 6
    assert name in "".join(line.split(" ")[0] for line in table.splitlines())


def test_what_a_model_took_in_all_is_said_and_its_money_is_not_drawn() -> None:
    def paid(name: str, cost: float | None) -> Result:
        usage = Usage(prompt_tokens=1000, completion_tokens=200, cost=cost)
        answer = an_answer(DAY).model_copy(update={"usage": usage})
        costs = {} if cost is None else {"cost": cost}
        return a_result(a_case(name), answer, **costs)

    run = a_run(paid("a", 0.0003), paid("b", 0.0009), paid("c", None), a_result(a_case("d"), an_answer(DAY)))
    said = (
        "3 answers of a model took 3,600 tokens and cost 0.0012 in the currency of their price; "
        "1 answer without a price."
    )
    for shown in (markdown(run), printed(terminal(run)), Page(html_report(run)).text):
        assert said in " ".join(shown.split())
    (cost,) = [line for line in lines(run.results) if line.figure.name == "cost"]
    assert (cost.mean, cost.drawn) == ("0.00060", None)
    assert "of a model" not in markdown(two_cases())


def before_and_after() -> tuple[Run, Run]:
    lost, won, same = a_case("lost"), a_case("won"), a_case("same", split="dev")
    before = a_run(a_result(lost, an_answer(DAY)), a_result(won, an_answer()), a_result(same, an_answer(DAY)))
    changed = RECIPE.model_copy(update={"commit": None, "settings": {"top_k": "8"}})
    after = a_run(
        a_result(same, an_answer(DAY)), a_result(won, an_answer(DAY)), a_result(lost, an_answer()), recipe=changed
    )
    return before, after


def test_a_comparison_in_markdown_has_differences_flips_and_what_was_changed() -> None:
    assert markdown_comparison(*before_and_after()) == (
        "3 cases (1 dev, 2 test) in both runs  \n"
        "before: 6 May 2024, 07:08 UTC; after: 6 May 2024, 07:08 UTC  \n"
        "A change is called better or worse where its 95% interval is clear of zero.\n\n"
        "### Changes\n\n"
        "| figure | before | after | difference [95% interval] | n |  |\n"
        "| :-- | --: | --: | --: | --: | --: |\n"
        "| correct | .667 | .667 | .000 [-1.000, +1.000] | 3 |  |\n\n"
        "### 2 cases flipped: 1 lost, 1 won\n\n"
        "|  | case | question | answer before | answer after |\n"
        "| :-- | :-- | :-- | :-- | :-- |\n"
        "| lost | lost | When does it reopen? | It reopens on 3 May. | (refused) |\n"
        "| won | won | When does it reopen? | (refused) | It reopens on 3 May. |\n\n"
        "### Recipe\n\n"
        "- commit: abc123 → unknown\n"
        "- settings: top\\_k: none → 8\n"
    )


def test_a_comparison_in_a_terminal_names_what_was_lost_and_won() -> None:
    shown = printed(terminal_comparison(*before_and_after()), width=120)
    assert "2 cases flipped: 1 lost, 1 won\n" in shown
    assert re.search(r"^lost  lost  When does it reopen\? +It reopens on 3 May\. +\(refused\)$", shown, re.MULTILINE)


def test_two_like_runs_have_no_flips_and_no_recipe_to_compare() -> None:
    shown = markdown_comparison(two_cases(), two_cases())
    assert shown.endswith("### 0 cases flipped: 0 lost, 0 won\n")
    assert "worse |" not in shown
    assert "better |" not in shown


def test_cases_that_are_not_compared_are_counted() -> None:
    before, after = before_and_after()
    edited = a_result(a_case("won", question="When?"), an_answer(DAY))
    other = after.model_copy(update={"results": (*after.results[:1], edited, a_result(a_case("new"), an_answer()))})
    assert "3 cases not compared: in one run only, or not the same in both" in markdown_comparison(before, other)


def test_runs_without_a_common_case_cannot_be_compared() -> None:
    other = a_run(a_result(a_case("another"), an_answer(DAY)))
    with pytest.raises(ValueError, match="no case in common"):
        markdown_comparison(two_cases(), other)


def test_answers_side_by_side_begin_where_they_differ() -> None:
    case = a_case()
    flip = Flip("won", a_result(case, an_answer(DAY, COST)), a_result(case, an_answer(DAY, FERRIES)))
    assert side_by_side(flip) == (f"… {COST}", f"… {FERRIES}")
    alike = Flip("won", flip.before, flip.before)
    assert side_by_side(alike) == (f"{DAY} {COST}",) * 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [("short\n\n text", "short text"), ("one two three", "one two…"), ("unbreakable", "unbreakab…")],
)
def test_what_is_shortened_ends_with_a_whole_word(text: str, expected: str) -> None:
    assert shortened(text, longest=10) == expected


def test_only_cases_of_both_runs_can_flip_and_recipes_differ_by_name() -> None:
    before, after = before_and_after()
    assert [(flip.outcome, flip.after.case.id) for flip in flips(before, after)] == [("lost", "lost"), ("won", "won")]
    assert flips(a_run(before.results[0]), a_run(after.results[0])) == []
    assert recipe_changes(RECIPE, RECIPE) == []


def test_what_others_wrote_is_no_markup_in_a_table() -> None:
    case = a_case(type="a|b\n<b>*[x](y)", question="`x` | $y$ [red]")
    run = a_run(a_result(case, an_answer(DAY)))
    other = a_run(a_result(case, an_answer()))
    assert r"| a\|b \<b\>\*\[x\](y) | 1 |" in markdown(run)
    assert r"| \`x\` \| \$y\$ \[red\] |" in markdown_comparison(run, other)
    assert "a|b�<b>*[x](y)" in printed(terminal(run))
    assert "`x` | $y$ [red]" in printed(terminal_comparison(run, other), width=140)


def test_escape_sequences_do_not_reach_the_terminal() -> None:
    run = a_run(a_result(a_case(type="\x1b[2Jgone"), an_answer(DAY)))
    assert "\x1b" not in printed(terminal(run))


def hostile_run(text: str) -> Run:
    source = SOURCE.model_copy(update=dict.fromkeys(("title", "publisher", "author", "language", "id"), text))
    passage = Passage(source=source, text=text, start=0, end=len(text), score=0.5, sentences=())
    quote = Citation(number=1, quote=text, start=0, end=len(text), source=source, support="partial")
    evidence = Evidence(article=text, quote=text, also=(Quote(article=text, quote=text),))
    case = a_case(
        type=text,
        question=text,
        answer=text,
        facts=[[text, text]],
        evidence=[evidence],
        note=text,
        filters={"articles": [text]},
        history=[{"role": "user", "content": text}],
    )
    update = {
        "text": text,
        "citations": (quote,),
        "passages": (passage,),
        "notices": (text,),
        "standalone_question": f"{text}?",
    }
    result = a_result(case, an_answer(DAY).model_copy(update=update))
    recipe = RECIPE.model_copy(update={"commit": text, "mode": text, "settings": {text: text}})
    return a_run(result.model_copy(update={"faults": (text,)}), recipe=recipe)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_texts(text: str) -> None:
    page = Page(html_report(hostile_run(text)))
    plain = Page(html_report(hostile_run("harmless")))
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in plain.tags]
    assert [list(attributes) for _, attributes in page.tags] == [list(attributes) for _, attributes in plain.tags]
    assert page.text.count(text) >= 10
    assert page.values("data-type") == [text]


def test_the_measures_of_a_case_tell_why_the_judge_gave_none() -> None:
    result = a_result(a_case(), an_answer(DAY), words=5).model_copy(
        update={"judge_failures": {"judged correct": "it gave no number"}}
    )
    markup = html_report(a_run(result))
    assert "<dt>words</dt><dd>5.0</dd>" in markup
    assert "<dt>judged correct</dt><dd>it gave no number</dd>" in markup


def test_an_answer_is_rendered_with_markers_that_lead_to_its_quotes() -> None:
    rendered = markdown_html("**Gazette**:\n> It is. [1] <b>\\[1\\] [2]", {1: Target("cite-bridge-1")})
    assert rendered == (
        "<p><strong>Gazette</strong>:</p>\n<blockquote>\n"
        '<p>It is. <a class="cite" href="#cite-bridge-1">[1]</a> &lt;b&gt;[1] [2]</p>\n</blockquote>\n'
    )


def test_the_page_asks_for_nothing_from_elsewhere() -> None:
    markup = html_report(two_cases())
    page = Page(markup)
    loading = {"src", "srcset", "action", "formaction", "data", "poster", "background", "ping", "xlink:href"}
    assert not [name for _, attributes in page.tags for name in attributes if name in loading or name.startswith("on")]
    assert all(href.startswith("#") for href in page.values("href"))
    assert {"link", "iframe", "object", "img", "image", "base"}.isdisjoint(tag for tag, _ in page.tags)
    assert not re.search(r"https?:|@import|url\(|src=", markup)


def test_the_policy_of_the_page_lets_its_own_script_run_and_no_other() -> None:
    markup = html_report(two_cases())
    [script] = re.findall(r"<script>(.*?)</script>", markup, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    [policy] = [content for content in Page(markup).values("content") if "default-src" in content]
    assert policy.startswith("default-src 'none'; ")
    assert f"script-src 'sha256-{digest}';" in policy


def test_the_links_of_the_page_lead_somewhere_and_no_two_places_share_a_name() -> None:
    page = Page(html_report(two_cases()))
    names = page.values("id")
    assert len(names) == len(set(names))
    assert {href.removeprefix("#") for href in page.values("href")} <= set(names)
    assert {"case-bridge", "case-mayor", "cite-bridge-1", "passage-1"} <= set(names)


def test_the_same_run_gives_the_same_page_whatever_was_made_in_between() -> None:
    first, second = html_report(two_cases()), html_report(two_cases())
    html_report(hostile_run("between"))
    assert first == second == html_report(two_cases())


def test_the_page_shows_every_case_with_its_verdict_and_diagnosis() -> None:
    page = Page(html_report(two_cases()))
    assert page.values("data-verdict") == ["right", "refused rightly"]
    assert page.values("data-split") == ["test", "dev"]
    for result in two_cases().results:
        assert result.case.question in page.text
        assert diagnose(result) in page.text
    # Only the script hides what it can show again.
    assert [tag for tag, attributes in page.tags if "hidden" in attributes] == ["form", "div"]


def test_a_quote_is_highlighted_in_its_passage_and_evidence_underlined() -> None:
    evidence = [Evidence(article=SOURCE.id, quote=DAY)]
    markup = html_report(a_run(a_result(a_case(evidence=evidence), an_answer(COST))))
    marked = f'<mark><a class="number" id="cite-bridge-1">[1]</a>{COST}</mark>'
    assert f'<blockquote dir="auto"><span class="gold">{DAY}</span> {marked} {FERRIES}</blockquote>' in markup


def test_a_passage_is_cut_wherever_a_quote_or_evidence_begins_or_ends() -> None:
    case = a_case(evidence=[Evidence(article=SOURCE.id, quote=f"{DAY} {COST}")])
    result = a_result(case, an_answer(COST, f"{COST} {FERRIES}"))
    gold = [place for traced in trace(result) for place in traced.places]
    cut = segments(result.answer.passages[0], result.answer.citations, gold)
    assert "".join(segment.text for segment in cut) == TEXT
    assert [(segment.text, segment.quoted, segment.begins, segment.gold) for segment in cut] == [
        (f"{DAY} ", False, (), True),
        (COST, True, (1, 2), True),
        (f" {FERRIES}", True, (), False),
    ]


def test_a_citation_that_is_in_no_passage_is_shown_by_itself_with_what_is_wrong() -> None:
    markup = html_report(a_run(a_result(a_case(), an_answer(DAY, passages=ELSEWHERE))))
    assert (
        f'<blockquote dir="auto"><mark><a class="number" id="cite-bridge-1">[1]</a>{DAY}</mark></blockquote>' in markup
    )
    assert '<p class="fault">[1] cites what was not retrieved</p>' in markup


def test_a_passage_that_many_cases_retrieve_is_written_once() -> None:
    refusals = [a_result(a_case(f"case-{number}", answerable=False), an_answer()) for number in range(20)]
    page = Page(html_report(a_run(*refusals)))
    assert page.text.count(TEXT) == 1
    assert page.values("href").count("#passage-1") == 20


def test_a_type_that_is_called_all_does_not_take_the_place_of_the_total() -> None:
    results = [a_result(a_case("a", type="all"), an_answer(DAY)), a_result(a_case("b"), an_answer())]
    assert [(row.name, row.cases) for row in rows(results)] == [("all", 2), ("all", 1), ("date", 1)]


def test_the_area_under_the_curve_leaves_out_what_is_not_decided_by_a_score() -> None:
    answerable = [a_result(a_case(f"a-{n}"), an_answer(DAY), logits) for n, logits in enumerate((2.0, 0.0, None))]
    others = [a_result(a_case(f"b-{n}", answerable=False), an_answer(), logits) for n, logits in enumerate((1.0, -1.0))]
    found = refusal_auc([*answerable, *others])
    assert found is not None
    assert (found.mean, found.n) == (3 / 4, 4)
    assert refusal_auc(answerable) is refusal_auc([]) is None


def test_a_page_without_any_case_has_no_charts() -> None:
    page = Page(html_report(a_run()))
    assert "0 cases, asked 6 May 2024, 07:08 UTC" in page.text
    assert "svg" not in {tag for tag, _ in page.tags}
    assert "asked 6 May 2024" in markdown(a_run())


def test_the_curve_is_drawn_in_the_colours_and_the_font_of_the_page() -> None:
    results = two_cases().results
    drawn = refusal_chart(curve(results), chosen(results))
    assert drawn == refusal_chart(curve(results), chosen(results))
    assert "var(--answered)" in drawn
    assert re.findall(r"font-family|<style|<metadata|xmlns|#00000\d|clip-path", drawn) == []
    assert re.match(r'<svg[^>]* viewBox="0 0 [\d. ]+"', drawn)


def test_the_curve_is_drawn_in_steps() -> None:
    points = refusal_curve([1.0, 3.0], [0.0, 2.0])
    drawn = refusal_chart(points, points[2])
    # The balanced accuracy is the widest line: no part of it is slanted.
    (path,) = re.findall(r'<path d="([^"]*)"[^>]*stroke-width: 2\.6', drawn) or re.findall(
        r'<path d="([^"]*)"[^>]*style="[^"]*stroke-width: 2\.6', drawn
    )
    corners = [tuple(map(float, pair)) for pair in re.findall(r"([\d.]+) ([\d.]+)", path)]
    assert len(corners) > len(points)
    assert all(here[0] == there[0] or here[1] == there[1] for here, there in pairwise(corners))


def test_the_page_says_what_chance_is_and_shows_every_interval_as_text() -> None:
    page = Page(html_report(two_cases()))
    assert "A balanced accuracy or an AUC of .5 is chance." in page.text
    assert re.search(r"refusal AUC, over 2 cases\s*1\.000 \[1\.000, 1\.000\]", page.text)
    table = html_report(two_cases()).split('<table class="heat">')[1].split("</table>")[0]
    assert "1.000 <small>[1–1]</small>" in table
    assert "Point at a cell" not in page.text


def test_the_threshold_in_use_refuses_what_scores_below_it() -> None:
    answerable = [
        a_result(a_case(f"a-{place}"), an_answer(DAY), logits) for place, logits in enumerate((0.0, 2.0, -1.0))
    ]
    others = [a_result(a_case("b", answerable=False), an_answer(), -0.1), a_result(a_case("c"), an_answer(DAY), None)]
    point = chosen([*answerable, *others])
    assert (point.threshold, point.refused) == (0, 1)
    assert point.answered == pytest.approx(2 / 3)


def test_a_narrow_page_keeps_the_number_of_cases_of_each_figure() -> None:
    narrow = html.FOLDER.joinpath("page.css").read_text(encoding="utf-8").split("@media (max-width: 560px)")[1]
    assert re.search(r"\.figures \.n \{[^}]*grid-area", narrow)
    assert not re.search(r"\.figures \.n \{[^}]*display: none", narrow)


def test_the_files_that_are_put_into_the_page_cannot_end_their_own_element() -> None:
    for name in ("page.css", "page.js"):
        assert "</" not in html.FOLDER.joinpath(name).read_text(encoding="utf-8")
