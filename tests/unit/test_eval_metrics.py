"""The measures, against values worked out by hand."""

from math import log2, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.records import Answer, Citation, Passage, Sentence, Source, Span
from eval.metrics import bootstrap, pieces
from eval.metrics.answers import exact_match, fact_recall, token_f1, words
from eval.metrics.bootstrap import Draws, difference, estimate, probability_above
from eval.metrics.citations import Place, broken, citation_precision, citation_recall, evidence_cited
from eval.metrics.pieces import best_order, new_pieces
from eval.metrics.refusal import refusal_curve
from eval.metrics.retrieval import average_precision, hit_at, ndcg_at, recall_at, reciprocal_rank_at

# Retrieval

RANKING = ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize(
    ("k", "relevant", "hit", "recall", "reciprocal"),
    [
        (1, {"a"}, 1, 1, 1),
        (1, {"b"}, 0, 0, 0),
        (2, {"b"}, 1, 1, 1 / 2),
        (3, {"b", "c", "x"}, 1, 2 / 3, 1 / 2),
        (5, {"e", "x"}, 1, 1 / 2, 1 / 5),
        (4, {"e"}, 0, 0, 0),
        (10, {"x"}, 0, 0, 0),
    ],
)
def test_what_is_found_among_the_first_k(
    k: int, relevant: set[str], hit: float, recall: float, reciprocal: float
) -> None:
    assert hit_at(k, RANKING, relevant) == hit
    assert recall_at(k, RANKING, relevant) == pytest.approx(recall)
    assert reciprocal_rank_at(k, RANKING, relevant) == pytest.approx(reciprocal)


@pytest.mark.parametrize(
    ("relevant", "precision"),
    [
        ({"a"}, 1),
        ({"b", "d"}, (1 / 2 + 2 / 4) / 2),
        # The example of Manning et al., chapter 8: what is never found counts as nothing.
        ({"a", "c", "x"}, (1 + 2 / 3 + 0) / 3),
        ({"x"}, 0),
    ],
)
def test_average_precision_is_taken_where_something_relevant_stands(relevant: set[str], precision: float) -> None:
    assert average_precision(RANKING, relevant) == pytest.approx(precision)


@pytest.mark.parametrize(
    ("k", "grades", "gain"),
    [
        (10, {"a": 1.0}, 1),
        (10, {"b": 1.0}, 1 / log2(3)),
        (10, {"b": 1.0, "c": 1.0}, (1 / log2(3) + 1 / log2(4)) / (1 + 1 / log2(3))),
        (10, {"a": 1.0, "b": 3.0}, (1 + 3 / log2(3)) / (3 + 1 / log2(3))),
        (1, {"a": 1.0, "b": 1.0}, 1),
        (1, {"b": 1.0}, 0),
        (10, {"x": 1.0}, 0),
        (10, {"a": 0.0}, 0),
    ],
)
def test_the_gain_is_a_share_of_the_best_possible_one(k: int, grades: dict[str, float], gain: float) -> None:
    assert ndcg_at(k, RANKING, grades) == pytest.approx(gain)


# Pieces of evidence, of which a passage may hold several. Each ranking is given as the pieces that its passages hold.


@pytest.mark.parametrize(
    ("ranking", "recall", "precision", "gain"),
    [
        # One passage holds both pieces: found first, that is a perfect ranking.
        ([{0, 1}, set()], 1, 1, 1),
        ([set(), {0, 1}], 1, 1 / 2, (2 / log2(3)) / 2),
        # Found one by one in other passages, at ranks 1 and 3.
        ([{0}, set(), {1}], 1, (1 + 2 / 3) / 2, (1 + 1 / 2) / 2),
        # A repeat is worth nothing, and is in the way of what comes behind it.
        ([{0}, {0}, {1}], 1, (1 + 2 / 3) / 2, (1 + 1 / 2) / 2),
        ([{0}, set()], 1 / 2, 1 / 2, 1 / 2),
        ([set()], 0, 0, 0),
        ([], 0, 0, 0),
    ],
)
def test_pieces_count_where_they_are_first_found(
    ranking: list[set[int]], recall: float, precision: float, gain: float
) -> None:
    # The best of all passages holds both.
    best = best_order([{0}, {1}, {0, 1}, set()], 2)
    new = new_pieces(ranking)
    assert best == [2]
    assert pieces.recall_at(10, new, 2) == pytest.approx(recall)
    assert pieces.average_precision(new, 2) == pytest.approx(precision)
    assert pieces.ndcg_at(10, new, best) == pytest.approx(gain)


def test_what_is_found_together_counts_no_less_than_what_is_missed() -> None:
    # Two of three pieces are found, whether in one passage or in two.
    assert pieces.recall_at(5, new_pieces([{0, 1}]), 3) == pieces.recall_at(5, new_pieces([{0}, {1}]), 3) == 2 / 3


@pytest.mark.parametrize(
    ("passages", "count", "best"),
    [
        ([{0}, {1, 2}], 3, [2, 1]),
        ([{0}, {1}, {2}], 3, [1, 1, 1]),
        # The second holds nothing that the first does not.
        ([{0, 1}, {0}], 2, [2]),
        # A piece that stands in no passage keeps its place in what could be found.
        ([{0}], 2, [1, 1]),
        ([], 1, [1]),
    ],
)
def test_the_best_order_brings_most_first(passages: list[set[int]], count: int, best: list[int]) -> None:
    assert best_order(passages, count) == best


@given(ranking=st.lists(st.one_of(st.none(), st.integers(0, 5)), max_size=12), count=st.integers(6, 8))
def test_where_no_passage_holds_two_pieces_the_measures_are_the_usual_ones(
    ranking: list[int | None], count: int
) -> None:
    once = [piece if piece not in ranking[:place] else None for place, piece in enumerate(ranking)]
    held: list[set[int]] = [set() if piece is None else {piece} for piece in once]
    names = [f"nothing {place}" if piece is None else f"piece {piece}" for place, piece in enumerate(once)]
    relevant = {f"piece {number}": 1.0 for number in range(count)}
    new, best = new_pieces(held), best_order([{number} for number in range(count)], count)
    for k in (1, 5, 10):
        assert pieces.hit_at(k, new) == hit_at(k, names, relevant)
        assert pieces.recall_at(k, new, count) == pytest.approx(recall_at(k, names, relevant))
        assert pieces.reciprocal_rank_at(k, new) == reciprocal_rank_at(k, names, relevant)
        assert pieces.ndcg_at(k, new, best) == pytest.approx(ndcg_at(k, names, relevant))
    assert pieces.average_precision(new, count) == pytest.approx(average_precision(names, relevant))


@given(ranking=st.lists(st.sets(st.integers(0, 4)), max_size=8), k=st.integers(1, 10))
def test_the_best_order_is_a_perfect_ranking_and_no_other_is_better(ranking: list[set[int]], k: int) -> None:
    best = best_order(ranking, 5)
    new = new_pieces(ranking)
    assert 0 <= pieces.ndcg_at(k, new, best) <= 1
    assert 0 <= pieces.average_precision(new, 5) <= 1
    assert pieces.ndcg_at(k, best, best) == pieces.average_precision(best, 5) == 1


_IDS = st.lists(st.sampled_from("abcdefgh"), unique=True)


@given(ranking=_IDS, relevant=_IDS.filter(bool).map(set), k=st.integers(1, 9))
def test_every_measure_is_a_share_and_deeper_finds_no_less(ranking: list[str], relevant: set[str], k: int) -> None:
    grades = dict.fromkeys(relevant, 1.0)
    for value in (average_precision(ranking, relevant), ndcg_at(k, ranking, grades)):
        assert 0 <= value <= 1 + 1e-12
    for measure in (hit_at, recall_at, reciprocal_rank_at):
        assert 0 <= measure(k, ranking, relevant) <= measure(k + 1, ranking, relevant) <= 1


# Answers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It cost $1,500 - or 1 500!", ["it", "cost", "$", "1500", "or", "1500"]),
        ("Café “Élan”, 2.5%", ["cafe", "elan", "2.5", "%"]),
        ("Алма-Ата", ["алма", "ата"]),
        # A year and a count beside each other are two numbers; groups of thousands are one.
        ("In 2023 500 people", ["in", "2023", "500", "people"]),
        ("12 345 678 or 12,345,678.5", ["12345678", "or", "12345678.5"]),
        ("2.5 500", ["2.5", "500"]),
        ("1500 2500", ["1500", "2500"]),
        ("", []),
    ],
)
def test_words_are_compared_without_case_accents_and_punctuation(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("answer", "facts", "share"),
    [
        ("It cost 48 million crowns.", [["48 million"]], 1),
        ("It cost 48 million crowns.", [["48 million"], ["Mayor Calder", "Calder"]], 1 / 2),
        ("Mayor Ruth CALDER said so.", [["48 million"], ["Mayor Calder", "Calder"]], 1 / 2),
        # Whole words only, and in a row.
        ("It cost 148 million crowns.", [["48 million"]], 0),
        ("48 of the million", [["48 million"]], 0),
        ("It cost 2.48 million crowns.", [["48 million"]], 0),
        ("It cost 2,5 million crowns.", [["2.5 million"]], 1),
        ("", [["48 million"]], 0),
    ],
)
def test_a_fact_is_said_in_any_of_its_forms(answer: str, facts: list[list[str]], share: float) -> None:
    assert fact_recall(answer, facts) == pytest.approx(share)


@pytest.mark.parametrize(
    ("answer", "reference", "f1", "exact"),
    [
        ("The bridge reopens.", "bridge reopens", 1, 1),
        # Two of three words each way.
        ("on 3 May", "3 May 2021", 2 / 3, 0),
        # One word twice counts twice.
        ("may may", "may", 2 / 3, 0),
        ("June", "3 May", 0, 0),
        # SQuAD deletes punctuation.
        ("44-day", "44day", 1, 1),
        ("U.S.", "the US", 1, 1),
        ("$5 billion", "5 billion", 1, 1),
        # No other than ASCII punctuation, and no other than English articles.
        ("the “bridge”", "a bridge", 0, 0),
        ("the “ bridge ”", "a bridge", 1 / 2, 0),
        ("“the bridge", "“ bridge", 1, 1),
        ("Л'а", "ла", 1, 1),
        ("the a an", "", 0, 1),
        ("", "3 May", 0, 0),
    ],
)
def test_token_f1_and_exact_match_are_those_of_squad(answer: str, reference: str, f1: float, exact: float) -> None:
    assert token_f1(answer, reference) == pytest.approx(f1)
    assert exact_match(answer, reference) == exact


# Citations

TEXT = "The bridge reopens. It cost 48 million crowns. Ferries run on."
SOURCE = Source(id="a.txt", path="news/a.txt")


def _at(start: int, end: int, article: str = "a.txt") -> Place:
    return Place(article, Span(start=start, end=end))


def _citation(number: int, start: int, end: int, **changed: Any) -> Citation:
    values: dict[str, Any] = {"quote": TEXT[start:end], "source": SOURCE, "support": "supported"} | changed
    return Citation(number=number, start=start, end=end, **values)


def _answer(*cited: tuple[int, ...], citations: tuple[Citation, ...], **changed: Any) -> Answer:
    """An answer whose sentences cite these numbers."""
    sentences = tuple(Sentence(text="So.", citations=numbers, support="supported") for numbers in cited)
    text = " ".join(f"So. {''.join(f'[{number}]' for number in numbers)}" for numbers in cited)
    whole = Passage(source=SOURCE, text=TEXT, start=0, end=len(TEXT), score=1, sentences=())
    values = {"question": "?", "standalone_question": "?", "text": text, "passages": (whole,)} | changed
    return Answer(sentences=sentences, citations=citations, **values)


# The second sentence of the text is the evidence.
GOLD = [[_at(20, 46)]]


@pytest.mark.parametrize(
    ("cited", "recall", "precision"),
    [
        ([(2,)], 1, 1),
        ([(1,)], 0, 0),
        # One of two sentences is carried, by one of three citations.
        ([(1,), (1, 2)], 1 / 2, 1 / 3),
        ([(1, 2)], 1, 1 / 2),
        ([()], 0, 0),
        ([], 0, 0),
    ],
)
def test_citations_are_right_where_they_quote_the_evidence(
    cited: list[tuple[int, ...]], recall: float, precision: float
) -> None:
    answer = _answer(*cited, citations=(_citation(1, 0, 19), _citation(2, 20, 46)))
    assert citation_recall(answer, GOLD) == pytest.approx(recall)
    assert citation_precision(answer, GOLD) == pytest.approx(precision)


def test_evidence_is_cited_when_any_of_its_places_is() -> None:
    answer = _answer((1,), citations=(_citation(1, 0, 19),))
    assert evidence_cited(answer, [[_at(20, 46), _at(0, 19)], [_at(47, 62)]]) == 1 / 2


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        (_at(0, 10), _at(0, 10), True),
        # Half of the shorter one is enough, less is not.
        (_at(0, 10), _at(5, 100), True),
        (_at(0, 10), _at(6, 100), False),
        (_at(0, 10), _at(10, 20), False),
        (_at(0, 10), _at(0, 10, "b.txt"), False),
        (_at(3, 5), _at(0, 100), True),
    ],
)
def test_places_overlap_by_half_of_the_shorter_one(one: Place, other: Place, overlap: bool) -> None:
    assert one.overlaps(other) is other.overlaps(one) is overlap


def test_a_sound_answer_and_a_sound_refusal_have_no_fault() -> None:
    answer = _answer((1,), (1, 2), citations=(_citation(1, 0, 19), _citation(2, 20, 46)))
    assert broken(answer, {"a.txt": TEXT}) == []
    refusal = _answer(citations=(), text="Nothing was found.", refused=True)
    assert broken(refusal, {"a.txt": TEXT}) == []


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (_answer((1,), citations=(_citation(1, 0, 19, quote="The ship"),)), "does not stand at 0-19"),
        (_answer((1,), citations=(_citation(1, 0, 19, source=Source(id="x", path="x")),)), "which is no article"),
        (_answer((1,), citations=(_citation(1, 0, 19),), passages=()), "was not retrieved"),
        (_answer((1,), citations=(_citation(2, 0, 19),)), "do not match"),
        (_answer((1,), citations=(_citation(1, 0, 19), _citation(2, 20, 46))), "do not match"),
        (_answer((1,), citations=(_citation(1, 0, 19),), text="So. [1] [2]"), "do not match"),
        (_answer((1,), citations=(_citation(1, 0, 19),), refused=True), "a refusal cites"),
        (_answer(citations=()), "cites nothing"),
    ],
)
def test_a_broken_promise_is_named(answer: Answer, fault: str) -> None:
    assert any(fault in found for found in broken(answer, {"a.txt": TEXT}))


def test_an_escaped_bracket_is_no_marker() -> None:
    answer = _answer((1,), citations=(_citation(1, 0, 19),), text="As said in \\[7\\]. [1]")
    assert broken(answer, {"a.txt": TEXT}) == []


# Refusal


def test_the_curve_goes_from_answering_all_to_refusing_all() -> None:
    points = refusal_curve([1.0, 3.0], [0.0, 2.0])
    assert [(p.threshold, p.answered, p.refused) for p in points] == [
        (-1.0, 1, 0),
        # What scores just the threshold is answered.
        (0.0, 1, 0),
        (1.0, 1, 1 / 2),
        (2.0, 1 / 2, 1 / 2),
        (3.0, 1 / 2, 1),
        (4.0, 0, 1),
    ]
    assert points[2].balanced_accuracy == pytest.approx(3 / 4)


@pytest.mark.parametrize(("answerable", "unanswerable"), [([], []), ([1.0], []), ([], [1.0])])
def test_one_kind_of_question_alone_has_no_curve(answerable: list[float], unanswerable: list[float]) -> None:
    assert refusal_curve(answerable, unanswerable) == []


# Intervals


def test_the_same_cases_are_drawn_each_time() -> None:
    (table,), (again,) = Draws(20), Draws(20)
    assert table.shape == (bootstrap.RESAMPLES, 20)
    assert (table == again).all()
    assert (table.sum(axis=1) == 20).all()


def test_a_large_table_is_drawn_in_blocks_of_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    column = np.linspace(0, 1, 30)
    whole, at_once = list(Draws(30)), estimate([column], Draws(30))
    monkeypatch.setattr(bootstrap, "BLOCK", 30 * 700)
    blocks = list(Draws(30))
    assert [len(block) for block in blocks] == [700, 700, 600]
    assert (np.concatenate(blocks) == whole[0]).all()
    assert estimate([column], Draws(30)) == at_once


def test_the_interval_of_a_share_is_that_of_the_binomial() -> None:
    # 95% of draws of 100 from a share of .3 lie between .21 and .39: scipy.stats.binom.ppf.
    found = estimate([np.array([1.0] * 30 + [0.0] * 70)], Draws(100))
    assert found.mean == pytest.approx(0.3)
    assert [found.low, found.high] == pytest.approx([0.21, 0.39], abs=0.01)
    assert found.n == 100


def test_cases_without_a_score_do_not_count() -> None:
    found = estimate([np.array([1.0, nan, 0.0, nan])], Draws(4))
    assert (found.mean, found.n) == (0.5, 2)


def test_two_columns_count_half_each() -> None:
    found = estimate([np.array([1.0, 1.0, 1.0, nan]), np.array([nan, nan, nan, 0.0])], Draws(4))
    assert (found.mean, found.n) == (0.5, 4)


def test_the_difference_of_two_runs_is_paired() -> None:
    before = np.array([0.0, 1.0] * 50)
    after = before.copy()
    after[:10] = 1.0
    found = difference([before], [after], Draws(100))
    assert found.mean == pytest.approx(0.05)
    # Five of a hundred cases rose and none fell, so no resample shows a fall; unpaired, many would.
    assert 0 <= found.low < 0.05 < found.high <= 0.12


def test_equal_runs_differ_by_nothing() -> None:
    column = np.array([0.2, 0.9, nan, 0.4])
    found = difference([column], [column], Draws(4))
    assert (found.mean, found.low, found.high) == (0, 0, 0)


def test_the_probability_to_score_above_counts_a_tie_half() -> None:
    # Of six pairs: 3 > 1 and 2, 1.5 > 1 and < 2, a tie at 1, and 1 < 2.
    ones, others = np.array([3.0, 1.5, 1.0, nan, nan]), np.array([nan, nan, nan, 1.0, 2.0])
    found = probability_above(ones, others, Draws(5))
    assert found.mean == pytest.approx((2 + 1 + 1 / 2) / 6)
    assert (found.n, found.low < found.mean < found.high) == (5, True)


def test_scores_that_are_apart_are_told_apart_in_every_resample() -> None:
    found = probability_above(np.array([1.0, 2.0, nan, nan]), np.array([nan, nan, -1.0, 0.0]), Draws(4))
    assert (found.mean, found.low, found.high) == (1, 1, 1)
