from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.weights import HEAVIEST_FUNCTION_WORD, SMALLEST_COLLECTION, TermWeights, weigh
from tests.retrievals import Statistics

# bridge in 40 of 200 chunks, the in 160, steel in none; ln(1 + (N - df + .5) / (df + .5)) is ln(201 / (df + .5)).
CORPUS = Statistics(chunk_count=200, mean_length=4.0, frequencies={"bridge": 40, "the": 160})
BRIDGE, THE, STEEL = log(201 / 40.5), log(201 / 160.5), log(201 / 0.5)
TOTAL = BRIDGE + THE + STEEL


@pytest.fixture
def weights() -> TermWeights:
    return weigh(["the", "bridge", "steel"], (), CORPUS)


def test_a_rare_term_weighs_more_than_a_frequent_one(weights: TermWeights) -> None:
    assert weights.weights == pytest.approx({"the": THE, "bridge": BRIDGE, "steel": STEEL})


def test_a_repeated_term_weighs_once() -> None:
    assert weigh(["bridge", "bridge"], (), CORPUS).weights == pytest.approx({"bridge": BRIDGE})


def test_the_mean_length_of_the_corpus_is_handed_on(weights: TermWeights) -> None:
    assert weights.mean_length == 4.0


@pytest.mark.parametrize(
    ("frequency", "weight"),
    [(0, HEAVIEST_FUNCTION_WORD), (40, HEAVIEST_FUNCTION_WORD), (160, THE), (200, log(201 / 200.5))],
)
def test_a_function_word_weighs_at_most_as_much_as_the_cap(frequency: int, weight: float) -> None:
    corpus = Statistics(200, 4.0, {"the": frequency} if frequency else {})
    assert weigh(["the"], {"the"}, corpus).weights["the"] == pytest.approx(weight)


@pytest.mark.parametrize("count", [0, 3, SMALLEST_COLLECTION])
def test_in_a_small_corpus_terms_weigh_as_in_one_of_a_hundred_chunks(count: int) -> None:
    frequency = min(count, 3)
    weights = weigh(["bridge"], (), Statistics(count, 4.0, {"bridge": frequency} if frequency else {}))
    assert SMALLEST_COLLECTION == 100
    assert weights.weights["bridge"] == pytest.approx(log(101 / (frequency + 0.5)))


def test_what_the_corpus_knows_is_a_share_of_the_weight(weights: TermWeights) -> None:
    assert weights.known == pytest.approx((BRIDGE + THE) / TOTAL)


@pytest.mark.parametrize(("terms", "known"), [((), 0.0), (("steel",), 0.0), (("bridge", "the"), 1.0)])
def test_what_the_corpus_knows_goes_from_nothing_to_all(terms: tuple[str, ...], known: float) -> None:
    assert weigh(terms, (), CORPUS).known == known


@pytest.mark.parametrize(
    ("terms", "share"),
    [
        ((), 0.0),
        (("unasked",), 0.0),
        (("bridge",), BRIDGE / TOTAL),
        (("bridge", "bridge", "unasked"), BRIDGE / TOTAL),
        (("steel", "the"), (STEEL + THE) / TOTAL),
        (("the", "bridge", "steel"), 1.0),
    ],
)
def test_coverage_is_the_share_of_the_weight_that_a_text_holds(
    weights: TermWeights, terms: tuple[str, ...], share: float
) -> None:
    assert weights.coverage(terms) == pytest.approx(share)


@pytest.mark.parametrize(
    ("terms", "score"),
    [
        # A text of the mean length: tf / (tf + 1.2), half of 2.2 for one occurrence, 2 / 3.2 for two.
        (("bridge", "a", "b", "c"), BRIDGE / 2.2),
        (("bridge", "bridge", "a", "b"), BRIDGE * 2 / 3.2),
        (("bridge", "steel", "a", "b"), (BRIDGE + STEEL) / 2.2),
        # Twice the mean length: the norm is 1.2 (.25 + .75 * 2) = 2.1. Half of it: 1.2 (.25 + .375) = .75.
        (("bridge", *"abcdefg"), BRIDGE / 3.1),
        (("bridge", "a"), BRIDGE / 1.75),
        (("a", "b", "c", "d"), 0.0),
        ((), 0.0),
    ],
)
def test_bm25_is_a_share_of_what_a_text_full_of_the_question_would_get(
    weights: TermWeights, terms: tuple[str, ...], score: float
) -> None:
    assert weights.bm25(terms) == pytest.approx(score / TOTAL)


def test_bm25_over_a_corpus_without_terms_knows_no_length_to_compare_with() -> None:
    weights = weigh(["bridge"], (), Statistics(0, 0.0))
    assert weights.bm25(["bridge", "a", "b"]) == pytest.approx(1 / 2.2)


def test_a_question_without_terms_matches_nothing() -> None:
    weights = weigh([], (), CORPUS)
    assert (weights.coverage(["bridge"]), weights.bm25(["bridge"])) == (0.0, 0.0)


_TERMS = st.lists(st.sampled_from(["the", "bridge", "steel", "of", "harbour", "spring"]), max_size=12)


@given(question=_TERMS, text=_TERMS, count=st.integers(0, 300), data=st.data())
def test_every_share_lies_between_nothing_and_all(
    question: list[str], text: list[str], count: int, data: st.DataObject
) -> None:
    frequencies = {term: data.draw(st.integers(1, count)) for term in sorted(set(text))} if count else {}
    weights = weigh(question, {"the", "of"}, Statistics(count, 5.0, frequencies))
    assert all(weight >= 0 for weight in weights.weights.values())
    for share in (weights.known, weights.coverage(text), weights.bm25(text)):
        assert 0 <= share <= 1 + 1e-9


@given(text=_TERMS, more=_TERMS)
def test_more_terms_cover_no_less(text: list[str], more: list[str]) -> None:
    weights = weigh(["the", "bridge", "steel", "spring"], {"the"}, CORPUS)
    assert weights.coverage([*text, *more]) >= weights.coverage(text)
