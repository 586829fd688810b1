"""Answers with the articles' own sentences: no model, nothing invented, each sentence attributed and cited."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from assistant.answers.attribution import attribution
from assistant.answers.draft import Draft, refusal
from assistant.answers.speech import speaker_of
from assistant.calibration import Calibration
from assistant.citations import Quote, cite, with_markers
from assistant.evidence import Candidate, answerability, rank_sentences, speaks_of_subject
from assistant.records import Article, Span
from assistant.retrieval import Retrieval

# On XQuAD-R English, half to fit and half to measure: up to three sentences within 2.5 logits of the best hold the
# gold answer for .925 of the questions in 50 words; one sentence for .79 in 29, a margin of 1.5 for .90 in 41.
MARGIN = 2.5
WORDS_A_SENTENCE = 33

# Interviews set a dash before each turn, lists a bullet before each item.
_OPENING_DASH = re.compile(r"[-–—―•*·]\s+(?=\S)")


def answer(
    retrieval: Retrieval, calibration: Calibration, article: Callable[[str], Article | None], most: int
) -> Draft:
    """Quotes the sentences most likely to answer, or refuses when none does.

    Args:
        retrieval: the passages to answer from.
        calibration: coefficients of refusal and selection.
        article: gives an article by id, None if it is gone.
        most: how many sentences may be quoted.
    """
    language = retrieval.question.language
    if answerability(retrieval, calibration) < 0:
        return refusal(language)
    chosen = choose(rank_sentences(retrieval, calibration), most)
    return _draft(_by_source(chosen), language, article) if chosen else refusal(language)


def survey(retrieval: Retrieval, calibration: Calibration, article: Callable[[str], Article | None]) -> Draft:
    """One entry per article that speaks of the subject, oldest first, undated ones last."""
    language = retrieval.question.language
    entries = []
    for hit in retrieval.hits:
        alone = replace(retrieval, hits=(hit,))
        if speaks_of_subject(alone, calibration):
            entries += rank_sentences(alone, calibration)[:1]
    entries.sort(key=lambda c: (c.hit.chunk.source.published is None, str(c.hit.chunk.source.published)))
    return _draft(entries, language, article) if entries else refusal(language)


def choose(ranked: Sequence[Candidate], most: int) -> list[Candidate]:
    """The best sentence, and more of them up to `most` while they are nearly as good and short enough together."""
    chosen: list[Candidate] = []
    words = 0
    for candidate in ranked:
        if len(chosen) == most or candidate.score < ranked[0].score - MARGIN:
            break
        length = len(candidate.text.split())
        repeated = any(candidate.text == other.text for other in chosen)
        if not repeated and (not chosen or words + length <= WORDS_A_SENTENCE * most):
            chosen.append(candidate)
            words += length
    return chosen


def _by_source(chosen: Sequence[Candidate]) -> list[Candidate]:
    """Best article first, its sentences in reading order."""
    articles = list(dict.fromkeys(c.hit.chunk.source.id for c in chosen))
    return sorted(chosen, key=lambda c: (articles.index(c.hit.chunk.source.id), c.span.start))


def _draft(chosen: Iterable[Candidate], language: str | None, article: Callable[[str], Article | None]) -> Draft:
    quotes = [_quote(candidate, article(candidate.hit.chunk.source.id)) for candidate in chosen]
    sentences, citations = cite(quotes)
    pieces: list[str] = []
    entries = groupby(zip(quotes, sentences, strict=True), key=lambda pair: (pair[0].source.id, pair[0].speaker))
    for _, entry in entries:
        pairs = list(entry)
        said = attribution(pairs[0][0], language)
        separator = "\n\n" if pieces else ""
        pieces.append(f"{separator}{said}:\n> " + " ".join(with_markers(sentence) for _, sentence in pairs))
    return Draft(tuple(pieces), sentences, citations)


def _quote(candidate: Candidate, article: Article | None) -> Quote:
    chunk = candidate.hit.chunk
    whole = candidate.text
    opening = _OPENING_DASH.match(whole)
    text = whole[opening.end() :] if opening else whole
    span = Span(start=candidate.span.end - len(text), end=candidate.span.end)
    # A sync may have changed the article since it was searched; what was retrieved is what is quoted.
    unchanged = article is not None and article.text[span.start : span.end] == text
    return Quote(
        source=chunk.source,
        span=span,
        text=text,
        speaker=speaker_of(article, span) if article and unchanged else None,
    )
