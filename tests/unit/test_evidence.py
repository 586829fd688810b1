import math
from dataclasses import replace
from typing import Any

import pytest

from assistant.calibration import Calibration, Linear, Refusal
from assistant.evidence import (
    BAR_BESIDE_OWN,
    KNOWN_TERMS_OF_ONE_LANGUAGE,
    Candidate,
    answerability,
    asserts_something,
    rank_sentences,
    refusal_features,
    selection_features,
)
from assistant.question import read_question
from assistant.retrieval import Hit, Retrieval
from assistant.weights import TermWeights
from tests.retrievals import hit, retrieval

COST = "How much did the bridge cost?"
# Easy numbers: mayor weighs 1, bridge 3, steel 4, the nothing.
WEIGHTS = TermWeights({"the": 0.0, "mayor": 1.0, "bridg": 3.0, "steel": 4.0}, known=1.0, mean_length=20.0)


def _linear(intercept: float = 0.0, **weights: float) -> Linear:
    return Linear(intercept=intercept, weights=weights)


def _calibration(**parts: Linear | None) -> Calibration:
    ones: dict[str, Any] = {"same": _linear(1.0), "other": _linear(2.0), "pick": _linear(), "pick_other": _linear()}
    chosen = {**ones, **parts}
    return Calibration(
        refusal=Refusal(same_language=chosen["same"], other_language=chosen["other"]),
        selection=chosen["pick"],
        selection_other_language=chosen["pick_other"],
        provenance={},
    )


def _kind(question: str, sentence: str) -> float:
    found = retrieval(question, hit(sentence))
    return selection_features(found, found.hits[0], 0)["kind"]


# refusal


def test_the_evidence_is_that_of_the_chunk_that_fits_the_question_best() -> None:
    question = read_question("Did mayor Calder buy the steel of the bridge?")
    far = hit("The mayor of the bridge Calder spoke.", cosines=(0.5,), name="far.txt")
    near = hit("It rained.", "The bridge is made of steel.", cosines=(0.7, 0.9), name="near.txt", background=0.6)
    found = retrieval(question, far, near, weights=WEIGHTS)
    assert refusal_features(found, found.hits) == {
        "cosine": pytest.approx(0.9),
        "coverage": pytest.approx(7 / 8),
        "lexical": 0.0,
        "margin": pytest.approx(0.3),
        "specific": 0.0,
    }


def test_of_equally_near_chunks_the_one_that_covers_more_counts() -> None:
    found = retrieval(read_question("the steel bridge"), hit("Rain."), hit("Steel."), weights=WEIGHTS)
    assert refusal_features(found, found.hits)["coverage"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("question", "share"),
    [
        ("Did mayor Ruth Calder open it?", 0.5),
        ("Did mayor Calder open it in 1990?", 1.0),
        ("Did mayor Ruth Weller open it?", 0.0),
        ("Did the mayor open it?", 0.5),
    ],
)
def test_names_and_numbers_are_looked_for_in_the_chunk(question: str, share: float) -> None:
    found = retrieval(question, hit("Calder came in 1990."))
    assert refusal_features(found, found.hits)["specific"] == share


def test_the_lexical_evidence_is_the_bm25_share_of_the_chunk() -> None:
    best = hit("The bridge.")
    found = retrieval(COST, Hit(best.chunk, best.cosines, 0.25, best.background, best.score))
    assert refusal_features(found, found.hits)["lexical"] == 0.25


def test_without_hits_there_is_no_answer() -> None:
    assert answerability(retrieval(COST), _calibration()) == -float("inf")


@pytest.mark.parametrize(
    ("written", "known", "score"),
    [
        ("en", 1.0, 1.0),
        ("en", 0.0, 1.0),
        ("ru", 0.0, 2.0),
        ("ru", KNOWN_TERMS_OF_ONE_LANGUAGE - 0.01, 2.0),
        # Terms that the index mostly knows are of its language, whatever the detector says.
        ("ru", KNOWN_TERMS_OF_ONE_LANGUAGE, 1.0),
        # Of an unknown language it is enough that a term is shared.
        (None, 0.01, 1.0),
        (None, 0.0, 2.0),
    ],
)
def test_a_passage_in_another_language_is_judged_by_other_coefficients(
    written: str | None, known: float, score: float
) -> None:
    weights = TermWeights({"bridg": 1.0}, known=known, mean_length=20.0)
    found = retrieval("How much did the bridge of the town cost?", hit("Bridges.", language=written), weights=weights)
    assert found.question.language == "en"
    assert answerability(found, _calibration()) == score


def test_a_question_in_an_unknown_language_is_taken_to_be_in_that_of_the_articles() -> None:
    found = retrieval("1990?", hit("It opened in 1990.", language="en"))
    assert found.question.language is None
    assert answerability(found, _calibration()) == 1.0


def test_the_better_of_the_two_languages_decides() -> None:
    weights = TermWeights({"bridg": 1.0}, known=0.1, mean_length=20.0)
    hits = hit("The bridge.", language="en"), hit("Мост.", name="b.txt", language="ru", cosines=(0.6,))
    found = retrieval("Where is the bridge of the town?", *hits, weights=weights)
    better_same = _calibration(same=_linear(cosine=10.0), other=_linear(cosine=10.0))
    assert answerability(found, better_same) == pytest.approx(8.0)
    better_other = _calibration(same=_linear(-3.0, cosine=10.0), other=_linear(cosine=10.0))
    assert answerability(found, better_other) == pytest.approx(6.0 - BAR_BESIDE_OWN)


def test_alone_a_passage_in_a_language_that_was_not_measured_is_not_refused() -> None:
    weights = TermWeights({"bridg": 1.0}, known=0.0, mean_length=20.0)
    found = retrieval("How much did the bridge of the town cost?", hit("Мост.", language="ru"), weights=weights)
    assert answerability(found, _calibration(other=None)) >= 0


# which sentences


@pytest.mark.parametrize(
    "sentence",
    [
        "Why?",
        "Why? ",
        "Why did it burn？",
        "“Why did it burn?”",
        "(Why did it burn?)",
        "« Pourquoi ? »",
        "لماذا احترق الجسر؟",
        "Ինչո՞ւ այրվեց կամուրջը։",
        "Πόσο κόστισε η γέφυρα\u037e",
        "'Why?'",
    ],
)
def test_a_question_asserts_nothing(sentence: str) -> None:
    assert not asserts_something(sentence, None)


@pytest.mark.parametrize(
    "sentence",
    [
        "It burned.",
        "“Why?” he asked.",
        "It burned!",
        "Այրվեց։",
        "احترق الجسر.",
        "It burned; nobody knew why.",
        "桥烧了。",
    ],
)
def test_a_statement_asserts_something(sentence: str) -> None:
    assert asserts_something(sentence, "Bridge burned")


@pytest.mark.parametrize("title", ["Bridge burned", "BRIDGE BURNED", "Brïdge burned"])
def test_the_headline_asserts_nothing_however_it_is_spelled(title: str) -> None:
    assert not asserts_something("Bridge burned", title)


def test_a_sentence_that_begins_like_the_headline_is_kept() -> None:
    assert asserts_something("Bridge burned down on Friday.", "Bridge burned")


# ranking


def test_the_best_sentence_scores_what_the_passages_do_and_the_others_so_much_less() -> None:
    first = hit("It rained.", "The bridge opened.", cosines=(0.5, 0.9), name="first.txt")
    second = hit("It closed.", cosines=(0.7,), name="second.txt")
    calibration = _calibration(same=_linear(0.5), pick=_linear(1.0, cosine=2.0))
    ranked = rank_sentences(retrieval(COST, first, second), calibration)
    assert [c.text for c in ranked] == ["The bridge opened.", "It closed.", "It rained."]
    assert [c.score for c in ranked] == pytest.approx([0.5, 0.1, -0.3])


def test_a_candidate_knows_where_it_stands() -> None:
    found = hit("It rained.", "The bridge opened.", start=50)
    candidate = Candidate(found, 1, 0.0)
    assert candidate.text == "The bridge opened."
    assert (candidate.span.start, candidate.span.end) == (61, 79)


def test_equal_sentences_come_by_article_and_place() -> None:
    hits = hit("One.", "Two.", name="b.txt"), hit("Three.", name="a.txt", start=30), hit("Four.", name="a.txt")
    ranked = rank_sentences(retrieval(COST, *hits), _calibration())
    assert [c.text for c in ranked] == ["Four.", "Three.", "One.", "Two."]


def test_questions_and_the_headline_are_not_ranked() -> None:
    found = hit("Bridge reopens", "What did it cost?", "It cost 48 million.", title="Bridge reopens")
    assert [c.text for c in rank_sentences(retrieval(COST, found), _calibration())] == ["It cost 48 million."]


def test_sentences_of_two_languages_meet_at_what_their_passages_score() -> None:
    weights = TermWeights({"bridg": 1.0}, known=0.1, mean_length=20.0)
    english = hit("Rain.", "The bridge.", cosines=(0.5, 0.9), language="en")
    russian = hit("Дождь.", "Мост.", cosines=(0.5, 0.6), name="b.txt", language="ru")
    found = retrieval("How much did the bridge of the town cost?", english, russian, weights=weights)
    # However large the coefficients that rank the sentences of one language, the passages' evidence decides.
    calibration = _calibration(
        same=_linear(3.0), other=_linear(2.0), pick=_linear(cosine=1.0), pick_other=_linear(90.0, cosine=10.0)
    )
    ranked = rank_sentences(found, calibration)
    assert [c.text for c in ranked] == ["The bridge.", "Rain.", "Мост.", "Дождь."]
    assert [c.score for c in ranked] == pytest.approx([3.0, 2.6, 2.0 - BAR_BESIDE_OWN, 1.0 - BAR_BESIDE_OWN])


# what speaks for a sentence


def test_a_sentence_is_weighed_with_its_neighbours() -> None:
    best = hit("Rain.", score=0.75)
    found = hit("Steel.", "The mayor, the bridge.", "A bridge.", cosines=(0.1, 0.2, 0.3), name="b.txt", score=0.5)
    evidence = retrieval(read_question("the mayor, the bridge, the steel"), best, found, weights=WEIGHTS)
    features = [selection_features(evidence, found, position) for position in range(3)]
    assert [f["cosine"] for f in features] == pytest.approx([0.1, 0.2, 0.3])
    assert [f["behind"] for f in features] == [0.25, 0.25, 0.25]
    assert [f["coverage"] for f in features] == [0.5, 0.5, 0.375]
    # What a neighbour repeats of the sentence itself adds nothing.
    assert [f["before"] for f in features] == [0.0, 0.5, 0.125]
    assert [f["after"] for f in features] == [0.5, 0.0, 0.0]
    assert [f["kind"] for f in features] == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("question", "sentence", "kind"),
    [
        ("How much did the bridge cost?", "It cost 48 million crowns.", 0.5),
        ("How much did the bridge cost?", "It cost forty crowns.", 0.5),
        ("How much did the bridge cost?", "It cost a fortune.", -0.5),
        ("How much did the bridge of 1990 cost?", "The bridge opened in 1990.", -0.5),
        ("How much did the bridge of 1990 cost?", "In 1990 it cost 48 million.", 0.5),
        ("Сколько стоил мост?", "Мост стоил сорок крон.", 0.5),
        ("When did the bridge open?", "It opened in 1990.", 0.5),
        ("When did the bridge open?", "It opened on 3 May.", 0.5),
        ("When did the bridge open?", "It may open.", -0.5),
        ("When did the bridge open?", "It cost 48 million.", -0.5),
        ("When did the bridge open in 1990?", "It opened in 1990.", -0.5),
        ("When did the bridge open in 1990?", "It opened on 3 May 1990.", 0.5),
        ("When did the bridge open?", "Он открылся 3 мая.", 0.5),
        ("Who opened the bridge?", "The mayor, Ruth Calder, did.", 0.5),
        ("Who opened the bridge?", "The bridge was opened by the mayor.", -0.5),
        ("Who opened the bridge?", "Nobody did.", -0.5),
        ("Who is Ruth Calder?", "It was opened by Ruth Calder.", -0.5),
        ("Who is Ruth Calder?", "It was opened by Ruth Weller.", 0.5),
        ("Where is the bridge?", "It leads to Port Ellery.", 0.5),
        ("Кто открыл мост?", "Его открыла мэр Анна Лебедева.", 0.5),
        ("Why is the bridge closed?", "It rusts.", 0.0),
        ("Is the bridge closed?", "It rusts.", 0.0),
    ],
)
def test_a_sentence_speaks_for_itself_by_something_new_of_the_kind_that_is_asked_for(
    question: str, sentence: str, kind: float
) -> None:
    assert _kind(question, sentence) == kind


def test_a_passage_that_shares_no_term_is_in_another_language_whatever_the_index_knows() -> None:
    weights = TermWeights({"bridg": 1.0}, known=1.0, mean_length=20.0)
    english, russian = hit("The bridge.", language="en"), hit("Мост.", name="b.txt", language="ru")
    question = "How much did the bridge of the town cost?"
    assert answerability(retrieval(question, russian, weights=weights), _calibration()) == 2.0
    assert answerability(retrieval(question, english, weights=weights), _calibration()) == 1.0


def test_a_retrieval_without_hits_has_no_sentences() -> None:
    found = Retrieval(read_question(COST), WEIGHTS, ())
    assert rank_sentences(found, _calibration()) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Why?!",
        "Why?..",
        "Why?…",
        "„Warum?“",
        "‹Pourquoi ?›",
        "「なぜ？」",
        "Πόσο κόστισε η γέφυρα;",
        "(Why?).",
        "Why⁇",
        "»Wer?\u00a0«",
    ],
)
def test_a_question_is_one_whatever_stands_behind_its_mark(sentence: str) -> None:
    assert not asserts_something(sentence, None)


@pytest.mark.parametrize(
    "label", ["The Kelso Courier", "Politics", "Interview by Ruth Calder", "Курьер Ладоги", "U.S. News"]
)
def test_a_masthead_or_byline_asserts_nothing(label: str) -> None:
    assert not asserts_something(label, None)


def test_the_evidence_is_that_of_a_sentence_that_can_be_quoted() -> None:
    found = retrieval(COST, hit("The Kelso Courier", "The bridge cost 48 million.", cosines=(0.9, 0.8)))
    assert refusal_features(found, found.hits)["cosine"] == pytest.approx(0.8)
    silent = retrieval(COST, hit("The Kelso Courier", cosines=(0.9,)))
    assert refusal_features(silent, silent.hits)["cosine"] == 0.0


@pytest.mark.parametrize(
    "sentence",
    [
        "桥烧了",
        "สะพานถูกไฟไหม้",
        "Population: 40,000",
        "The bridge cost 48 million;",
        "Η γέφυρα άνοιξε.",
        "Who? The mayor.",
        "No!",
    ],
)
def test_a_claim_is_no_question_and_no_label(sentence: str) -> None:
    assert asserts_something(sentence, None)


@pytest.mark.parametrize("sentence", ["Բացվել է 1990թ.", "于1990年开放。", "It opened in the 1990s."])
def test_a_year_is_one_whatever_it_touches(sentence: str) -> None:
    assert _kind("When did the bridge open?", sentence) == 0.5


@pytest.mark.parametrize(
    "sentence", ["It was «Ivan» who did.", "It was done (Ruth Calder).", "It was done by\u00a0Calder."]
)
def test_a_name_is_one_whatever_stands_before_it(sentence: str) -> None:
    assert _kind("Who opened the bridge?", sentence) == 0.5


def test_the_word_for_one_is_no_number() -> None:
    assert _kind("How much did the bridge cost?", "No one knows.") == -0.5


def test_where_another_language_was_never_measured_only_the_question_s_own_counts() -> None:
    english, russian = hit("The bridge.", language="en"), hit("Мост.", name="b.txt", language="ru")
    unmeasured = _calibration().model_copy(
        update={"refusal": Refusal(same_language=Linear(intercept=-1.0, weights={}), other_language=None)}
    )
    both = retrieval("How much did the bridge of the town cost?", english, russian)
    assert answerability(both, unmeasured) == -1.0
    assert answerability(retrieval(both.question, russian, weights=both.weights), unmeasured) == 0.0


def test_a_language_that_was_measured_is_judged_by_its_own_coefficients() -> None:
    linear = {code: Linear(intercept=value, weights={}) for code, value in {"en": 3.0, "ru": 4.0}.items()}
    refusal = Refusal(same_language=Linear(intercept=1.0, weights={}), by_language=linear, other_language=None)
    calibration = _calibration().model_copy(update={"refusal": refusal})
    for code, score in {"en": 3.0, "de": 1.0, None: 1.0}.items():
        found = retrieval("How much did the bridge cost?", hit("The bridge.", language=code))
        assert answerability(replace(found, question=replace(found.question, language=code)), calibration) == score


def test_passages_that_do_not_answer_are_not_quoted_beside_those_that_do() -> None:
    english, russian = hit("The bridge.", language="en"), hit("Мост.", name="b.txt", language="ru")
    refusal = Refusal(
        same_language=Linear(intercept=1.0, weights={}), other_language=Linear(intercept=-1.0, weights={})
    )
    found = retrieval("How much did the bridge of the town cost?", english, russian)
    ranked = rank_sentences(found, _calibration().model_copy(update={"refusal": refusal}))
    assert [candidate.text for candidate in ranked] == ["The bridge."]


@pytest.mark.parametrize("text", ["the", "Who is he?", "How much is it?", "Кто он?"])
def test_function_words_alone_are_not_answered(text: str) -> None:
    assert answerability(retrieval(text, hit("He is the one.")), _calibration()) == -math.inf


@pytest.mark.parametrize(
    ("question", "sentences", "cosine"),
    [
        ("How much did the bridge cost?", ("The bridge cost 48 million.", "It is old."), 0.9),
        ("How much did the bridge cost?", ("The bridge cost much.", "It cost 48 million."), 0.9),
        ("How much did the bridge cost?", ("The bridge cost much.", "It is old.", "Spring brought 48 floods."), 0.6),
        ("How much did the bridge cost?", ("The bridge cost much.", "It is old."), 0.0),
        ("When did the bridge open?", ("The bridge opened.", "It is old."), 0.0),
        ("When did the bridge open?", ("The bridge opened in 1990.", "It is old."), 0.9),
        # Names stand everywhere, so their absence tells nothing.
        ("Who built the bridge?", ("the bridge was built.", "It is old."), 0.9),
    ],
)
def test_a_claim_without_the_number_or_date_that_is_asked_for_answers_nothing(
    question: str, sentences: tuple[str, ...], cosine: float
) -> None:
    found = retrieval(question, hit(*sentences, cosines=(0.9, 0.6, 0.5)[: len(sentences)]))
    assert refusal_features(found, found.hits)["cosine"] == pytest.approx(cosine)
