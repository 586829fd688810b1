import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics import balanced_accuracy, mrr_at, recall_at

# Found first, second, tenth, eleventh, and not at all.
RANKS = [1, 2, 10, 11, None]


@pytest.mark.parametrize(("k", "recall"), [(1, 1 / 5), (2, 2 / 5), (5, 2 / 5), (10, 3 / 5), (11, 4 / 5), (100, 4 / 5)])
def test_recall_is_the_share_of_questions_found_among_the_first_k(k: int, recall: float) -> None:
    assert recall_at(k, RANKS) == pytest.approx(recall)


@pytest.mark.parametrize(
    ("k", "mrr"),
    [(1, 1 / 5), (2, (1 + 1 / 2) / 5), (10, (1 + 1 / 2 + 1 / 10) / 5), (11, (1 + 1 / 2 + 1 / 10 + 1 / 11) / 5)],
)
def test_the_reciprocal_rank_is_nothing_behind_k(k: int, mrr: float) -> None:
    assert mrr_at(k, RANKS) == pytest.approx(mrr)


@pytest.mark.parametrize("ranks", [[None], [None, None]])
def test_what_is_never_found_scores_nothing(ranks: list[int | None]) -> None:
    assert recall_at(10, ranks) == mrr_at(10, ranks) == 0


@pytest.mark.parametrize(
    ("answerable", "unanswerable", "threshold", "accuracy"),
    [
        ([1.0, 2.0], [-1.0, -2.0], 0.0, 1.0),
        ([-1.0], [1.0], 0.0, 0.0),
        # Three quarters of the answerable kept, half of the others refused.
        ([0.1, 1.0, 2.0, -1.0], [-1.0, 3.0], 0.0, (3 / 4 + 1 / 2) / 2),
        # Each side counts half, however many there are of it.
        ([1.0] * 9 + [-1.0], [-1.0], 0.0, (9 / 10 + 1) / 2),
        ([1.0, 3.0], [2.0, 4.0], 2.0, (1 / 2 + 1 / 2) / 2),
        # At the threshold is not above it.
        ([0.0], [0.0], 0.0, 1 / 2),
    ],
)
def test_balanced_accuracy_means_the_shares_kept_and_refused(
    answerable: list[float], unanswerable: list[float], threshold: float, accuracy: float
) -> None:
    assert balanced_accuracy(answerable, unanswerable, threshold) == pytest.approx(accuracy)


_RANKS = st.lists(st.none() | st.integers(1, 20), min_size=1, max_size=20)


@given(ranks=_RANKS, k=st.integers(1, 20))
def test_looking_deeper_finds_no_less_and_reciprocal_ranks_stay_below_recall(ranks: list[int | None], k: int) -> None:
    assert 0 <= mrr_at(k, ranks) <= recall_at(k, ranks) <= recall_at(k + 1, ranks) <= 1
