import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant, Filters, Settings
from assistant.answers import extractive
from assistant.answers.draft import Draft, refusal
from assistant.answers.extractive import MARGIN, WORDS_A_SENTENCE, choose
from assistant.calibration import Calibration, Linear, Refusal
from assistant.evidence import Candidate
from assistant.prompts import load_prompt
from assistant.records import Article, Span
from assistant.retrieval import Hit, Retrieval, Retriever
from tests.indexes import WordEmbedding
from tests.retrievals import article, hit, retrieval

MOST = 3
WHAT_ABOUT_IT = "What do the sources say about the bridge?"
COST = "How much did the bridge of the town cost?"
ENOUGH = Linear(intercept=1.0, weights={})
TOO_LITTLE = Linear(intercept=-1.0, weights={})
# A sentence's score is ten times its cosine.
BY_COSINE = Linear(intercept=0.0, weights={"cosine": 10.0})

Articles = Callable[[str], Article | None]


def _calibration(refusal: Linear = ENOUGH) -> Calibration:
    return Calibration(
        refusal=Refusal(same_language=refusal, other_language=None),
        selection=BY_COSINE,
        selection_other_language=BY_COSINE,
        provenance={},
    )


def _articles(*articles: Article) -> Articles:
    return {found.id: found for found in articles}.get


def _chunk(found: Article, *sentences: str, cosines: tuple[float, ...] = (), score: float = 0.8) -> Hit:
    """The sentences, which follow each other in the article, as a chunk of it."""
    known = found.source().model_dump(exclude={"id", "path"})
    return hit(*sentences, cosines=cosines, name=found.id, start=found.text.index(sentences[0]), score=score, **known)


def _answer(found: Retrieval, *articles: Article, refusal: Linear = ENOUGH) -> Draft:
    return extractive.answer(found, _calibration(refusal), _articles(*articles), MOST)


def _survey(found: Retrieval, *articles: Article, refusal: Linear = ENOUGH) -> Draft:
    return extractive.survey(found, _calibration(refusal), _articles(*articles))


def _text(draft: Draft) -> str:
    return "".join(draft.pieces)


def _ranked(*scored: tuple[str, float]) -> list[Candidate]:
    return [Candidate(hit(text, name=f"{n}.txt"), 0, score) for n, (text, score) in enumerate(scored)]


def _chosen(*scored: tuple[str, float]) -> list[str]:
    return [candidate.text for candidate in choose(_ranked(*scored), MOST)]


# how many sentences


def test_the_best_sentence_is_always_chosen() -> None:
    long = "word " * (MOST * WORDS_A_SENTENCE + 50)
    assert _chosen((long, -9.0)) == [long]


def test_more_sentences_are_chosen_while_they_are_nearly_as_good() -> None:
    assert _chosen(("a", 5.0), ("b", 5.0 - MARGIN), ("c", 5.0 - MARGIN - 0.01)) == ["a", "b"]


def test_no_more_than_three_sentences_are_chosen() -> None:
    assert _chosen(*((f"{n}", 1.0) for n in range(9))) == ["0", "1", "2"]


def test_a_sentence_too_long_beside_the_others_is_passed_over_for_a_shorter_one() -> None:
    limit = MOST * WORDS_A_SENTENCE
    half = "word " * (limit // 2 + 1)
    assert _chosen((half, 3.0), (half + " more", 2.5), ("short", 2.0)) == [half, "short"]
    fits = "other " * (limit - (limit // 2 + 1))
    assert _chosen((half, 3.0), (fits, 2.0)) == [half, fits]


def test_the_same_sentence_is_not_chosen_twice() -> None:
    assert _chosen(("a", 3.0), ("a", 3.0), ("a", 2.0), ("b", 1.0)) == ["a", "b"]


def test_of_nothing_nothing_is_chosen() -> None:
    assert choose([], MOST) == []


# an answer


def test_an_answer_quotes_attributes_and_cites() -> None:
    bridge = article("It rained. It cost 48 million.", author="Tom Ashgrove", published=date(2021, 5, 3))
    draft = _answer(retrieval(COST, _chunk(bridge, "It rained.", "It cost 48 million.", cosines=(0.1, 0.9))), bridge)
    assert _text(draft) == "**Tom Ashgrove**, 3 May 2021:\n> It cost 48 million. [1]"
    (citation,) = draft.citations
    assert (citation.quote, citation.start, citation.end) == ("It cost 48 million.", 11, 30)
    assert citation.source == bridge.source()
    assert draft.sentences[0].citations == (1,)
    assert not draft.refused


def test_an_answer_is_written_in_the_language_of_the_question() -> None:
    bridge = article("Он стоил 48 миллионов.", publisher="Вестник", published=date(2021, 5, 3))
    draft = _answer(retrieval("Сколько стоил мост в Северске?", _chunk(bridge, bridge.text)), bridge)
    assert "3 мая 2021" in _text(draft)


def test_sentences_of_one_article_stand_together_in_reading_order_the_best_article_first() -> None:
    one = article("First one. Second one.", "one.txt", publisher="One", published=date(2021, 5, 3))
    two = article("Best of all.", "two.txt", publisher="Two", published=date(2021, 5, 4))
    hits = _chunk(one, "First one.", "Second one.", cosines=(0.7, 0.8)), _chunk(two, "Best of all.", cosines=(0.9,))
    draft = _answer(retrieval(COST, *hits), one, two)
    assert draft.pieces == (
        "**Two**, 4 May 2021:\n> Best of all. [1]",
        "\n\n**One**, 3 May 2021:\n> First one. [2] Second one. [3]",
    )
    assert [citation.quote for citation in draft.citations] == ["Best of all.", "First one.", "Second one."]


def test_what_the_speaker_says_and_what_the_article_says_are_attributed_apart() -> None:
    said = "“We paid for a bridge and a half and would do it again.”"
    text = f"{said} It cost 48 million."
    bridge = article(text, speaker="Ruth Calder", author="Tom Ashgrove", published=date(2021, 5, 3))
    draft = _answer(retrieval(COST, _chunk(bridge, said, "It cost 48 million.")), bridge)
    assert draft.pieces == (
        f"**Ruth Calder**, 3 May 2021:\n> {said} [1]",
        "\n\n**Tom Ashgrove**, 3 May 2021:\n> It cost 48 million. [2]",
    )


@pytest.mark.parametrize("opening", ["— ", "- ", "– ", "• ", "* ", "—\u00a0", "·  "])
def test_the_dash_before_a_turn_is_not_part_of_the_quote(opening: str) -> None:
    bridge = article(f"What did it cost?\n{opening}It cost 48 million.", speaker="Ruth Calder")
    turn = f"{opening}It cost 48 million."
    draft = _answer(retrieval(COST, _chunk(bridge, turn)), bridge)
    (citation,) = draft.citations
    assert citation.quote == "It cost 48 million."
    assert bridge.text[citation.start : citation.end] == citation.quote
    assert draft.sentences[0].text == citation.quote


@pytest.mark.parametrize("sentence", ["-5 degrees it was.", "—", "It cost — they say — 48 million.", "—Yes."])
def test_a_dash_that_opens_no_turn_stays(sentence: str) -> None:
    bridge = article(sentence)
    assert _answer(retrieval(COST, _chunk(bridge, sentence)), bridge).citations[0].quote == sentence


def test_a_sentence_is_quoted_where_it_was_found_however_often_it_is_repeated() -> None:
    bridge = article("It cost 48. It cost 48. It cost 48.")
    found = hit("It cost 48.", start=12, name=bridge.id)
    (citation,) = _answer(retrieval(COST, found), bridge).citations
    assert (citation.start, citation.end) == (12, 23)


@pytest.mark.parametrize("meanwhile", ["It was dear, and it rained.", "", None])
def test_what_was_retrieved_is_quoted_when_the_article_has_changed_or_gone_meanwhile(meanwhile: str | None) -> None:
    bridge = article("— It cost 48 million.", speaker="Ruth Calder", author="Tom Ashgrove")
    chunk = _chunk(bridge, bridge.text)
    now = () if meanwhile is None else (bridge.model_copy(update={"text": meanwhile}),)
    draft = _answer(retrieval(COST, chunk), *now)
    assert (draft.citations[0].quote, draft.citations[0].start) == ("It cost 48 million.", 2)
    # Whether it is the speaker's can no longer be seen.
    assert draft.pieces[0].startswith("**Tom Ashgrove**")


def test_questions_and_the_headline_are_never_quoted() -> None:
    bridge = article("The bridge and its cost\nWhat did it cost?\nIt was dear.", title="The bridge and its cost")
    chunk = _chunk(bridge, "The bridge and its cost", "What did it cost?", "It was dear.", cosines=(0.9, 0.9, 0.5))
    assert [c.quote for c in _answer(retrieval(COST, chunk), bridge).citations] == ["It was dear."]


def test_what_looks_like_a_marker_or_markup_in_an_article_is_none() -> None:
    text = "# It cost [1] **48** million <b>[2]</b> [[3]](#src-3), 1. see `[4]`."
    bridge = article(text, publisher="The [5] Gazette", author="*A* [6]", title="[7]")
    draft = _answer(retrieval(COST, _chunk(bridge, text)), bridge)
    assert [int(n) for n in re.findall(r"\[(\d+)\]", _text(draft))] == [c.number for c in draft.citations] == [1]
    assert draft.citations[0].quote == text
    assert len(_text(draft).splitlines()) == 2


def test_a_quote_of_several_lines_becomes_one_and_its_citation_keeps_them() -> None:
    bridge = article("It cost\n48 million.")
    draft = _answer(retrieval(COST, _chunk(bridge, bridge.text)), bridge)
    assert _text(draft).endswith("> It cost 48 million. [1]")
    assert draft.citations[0].quote == bridge.text


# a refusal


def test_without_enough_evidence_the_answer_is_a_refusal() -> None:
    bridge = article("It rained.", language="en")
    draft = _answer(retrieval(COST, _chunk(bridge, "It rained.")), bridge, refusal=TOO_LITTLE)
    assert draft == refusal("en")


def test_where_nothing_was_found_or_nothing_can_be_quoted_the_answer_is_a_refusal() -> None:
    bridge = article("What did it cost?")
    assert _answer(retrieval(COST)) == refusal("en")
    assert _answer(retrieval(COST, _chunk(bridge, "What did it cost?")), bridge) == refusal("en")
    assert _survey(retrieval(COST)) == refusal("en")
    assert _survey(retrieval(COST, _chunk(bridge, "What did it cost?")), bridge) == refusal("en")


def test_evidence_at_the_threshold_is_enough() -> None:
    bridge = article("It cost 48 million.")
    draft = _answer(retrieval(COST, _chunk(bridge, bridge.text)), bridge, refusal=Linear(intercept=0.0, weights={}))
    assert not draft.refused


@pytest.mark.parametrize(("language", "spoken"), [("ru", "ru"), ("hy", "hy"), ("en", "en"), ("xx", "en"), (None, "en")])
def test_a_refusal_speaks_the_language_of_the_question_or_english(language: str | None, spoken: str) -> None:
    draft = refusal(language)
    assert draft.pieces == (load_prompt(f"refusal.{spoken}").substitute(),)
    assert draft.refused
    assert (draft.sentences, draft.citations) == ((), ())


# a survey


def test_a_survey_has_one_entry_per_article_oldest_first_and_undated_last() -> None:
    days = {"new.txt": date(2022, 1, 2), "none.txt": None, "old.txt": date(2020, 12, 31)}
    articles = [
        article(f"{name} says so. And more.", name, publisher=name, published=day) for name, day in days.items()
    ]
    hits = [_chunk(a, *re.findall(r"\S.*?\.(?= |$)", a.text), cosines=(0.9, 0.8)) for a in articles]
    draft = _survey(retrieval(COST, *hits), *articles)
    assert [citation.source.id for citation in draft.citations] == ["old.txt", "new.txt", "none.txt"]
    assert [citation.number for citation in draft.citations] == [1, 2, 3]
    assert len(draft.pieces) == 3
    assert draft.pieces[0].startswith("**old.txt**, 31 December 2020:\n> ")


def test_a_survey_quotes_the_best_sentence_of_each_article() -> None:
    one = article("It rained. It cost 48 million.", "one.txt")
    two = article("It cost 50 million. It rained.", "two.txt")
    hits = (
        _chunk(one, "It rained.", "It cost 48 million.", cosines=(0.5, 0.6)),
        _chunk(two, "It cost 50 million.", "It rained.", cosines=(0.9, 0.1), score=0.4),
    )
    draft = _survey(retrieval(COST, *hits), one, two)
    assert [citation.quote for citation in draft.citations] == ["It cost 48 million.", "It cost 50 million."]


def test_a_survey_hears_articles_that_would_not_answer_alone_but_none_that_is_silent() -> None:
    near, far = article("The bridge cost much.", "near.txt"), article("It rained.", "far.txt")
    found = retrieval(WHAT_ABOUT_IT, _chunk(near, near.text, cosines=(0.8,)), _chunk(far, far.text, cosines=(0.5,)))
    draft = _survey(found, near, far, refusal=Linear(intercept=-10.0, weights={"cosine": 10.0}))
    assert [citation.source.id for citation in draft.citations] == ["near.txt"]
    assert _survey(found, near, far, refusal=Linear(intercept=-20.0, weights={})) == refusal("en")


def test_a_survey_hears_no_article_in_another_language_that_is_about_something_else() -> None:
    question = "What do the sources say about the bridge of the town?"
    hits = hit("The bridge.", language="en"), hit("Мост.", name="b.txt", language="ru")
    found = retrieval(question, *hits)
    for other, heard in {-0.9: ["a.txt", "b.txt"], -1.1: ["a.txt"]}.items():
        own, across = (Linear(intercept=value, weights={}) for value in (-2.9, other))
        refusal = Refusal(same_language=own, other_language=across)
        draft = extractive.survey(found, _calibration().model_copy(update={"refusal": refusal}), _articles())
        assert [citation.source.id for citation in draft.citations] == heard


def test_every_span_quoted_holds_its_quote() -> None:
    text = "— Yes. It cost 48. — No, it cost 48."
    bridge = article(text)
    chunk = _chunk(bridge, "— Yes.", "It cost 48.", "— No, it cost 48.", cosines=(0.8, 0.9, 0.85))
    draft = _answer(retrieval(COST, chunk), bridge)
    assert [c.quote for c in draft.citations] == ["Yes.", "It cost 48.", "No, it cost 48."]
    spans = [Span(start=c.start, end=c.end) for c in draft.citations]
    assert [text[span.start : span.end] for span in spans] == [s.text for s in draft.sentences]


# any embedding


def test_with_an_embedding_that_was_never_measured_shared_words_decide_and_a_notice_says_so(settings: Settings) -> None:
    with Assistant(settings, embedding=WordEmbedding("unmeasured")) as bot:
        answered = bot.ask("How much did the works on the Harbour bridge cost?")
        refused = bot.ask("Who invented the telephone?", filters=Filters(articles=("2021/harbour.txt",)))
    assert any("48 million" in citation.quote for citation in answered.citations)
    assert refused.refused
    for answer in (answered, refused):
        (notice,) = answer.notices
        assert "unmeasured" in notice


# the article meanwhile


def test_an_article_that_goes_while_it_is_answered_from_is_still_quoted(
    settings: Settings, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = Retriever.search
    with Assistant(settings, embedding=WordEmbedding()) as bot:
        bot.sync()

        def search_and_lose(*arguments: Any) -> Retrieval:
            found = search(*arguments)
            (corpus / "2021/harbour.txt").unlink()
            bot.sync()
            return found

        monkeypatch.setattr(Retriever, "search", search_and_lose)
        answer = bot.ask("How much did the works on the Harbour bridge cost?")
        assert [source.id for source in bot.articles()] == ["2022/orchard.txt", "library.md"]
    assert any("48 million" in citation.quote for citation in answer.citations)


def test_warming_up_builds_the_index_that_the_first_question_needs(settings: Settings) -> None:
    embedding = WordEmbedding()
    with Assistant(settings, embedding=embedding) as bot:
        bot.close()
        bot.warm_up()
        embedded = len(embedding.seen)
        bot.ask("How much did the works on the Harbour bridge cost?")
    assert embedded
    assert len(embedding.seen) == embedded
