"""Measures the checker: how many altered sentences it catches, and how many true ones it flags.

True sentences are those of parallel texts with their own passage, in the same language and in another, and the
reference answers of the hand-written cases. The altered ones are made of them, each with a change that its passage
does not bear out. Half of the articles fit the judgement of meaning, the other half are reported.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from babel import Locale
from rich.table import Table

from assistant.articles import UnreadableFileError, find_files
from assistant.calibration import UNCALIBRATED, Linear
from assistant.checking import Checker, Verdict
from assistant.checking.thresholds import Likeness, Thresholds
from assistant.chunks import split_chunks, split_sentences
from assistant.corpus import read_article
from assistant.index import StoredChunk
from assistant.index.library import pack_offsets
from assistant.index.packing import PackedText, pack_text, quantise, unit_vectors
from assistant.metadata import load_overrides
from assistant.records import Article, Source
from assistant.retrieval import Hit
from assistant.terms import terms
from assistant.tokens import count_tokens
from eval import alterations
from eval.calibrate import CALIBRATED, check_embedding, fit_refusal
from eval.cases import Case, locate
from eval.metrics.bootstrap import Draws, Estimate, estimate
from eval.metrics.citations import Place
from eval.public.experiments import DEFAULTS
from eval.public.squad import read_squad

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

DATA = Path(__file__).parent.parent / "assistant" / "data" / "checking.json"
SEED = 0
CHUNK_TOKENS = 256
# Of each kind and pair of languages, so that the command takes minutes; of a file of 60 paragraphs that is most.
MOST_PAIRS = 150
# Shares of each kind of true sentences of the fitting half that may be taken for doubtful, and for something else.
DOUBTFUL, FAR = 0.05, 0.0

# The kinds of true sentences that are fitted on.
TRUE_KINDS = frozenset({"rewritten", "translated", "reference answer"})

Half = Literal["fit", "measure"]


@dataclass(frozen=True)
class Pair:
    """A sentence and the passages it cites.

    Attributes:
        kind: what was done to it.
        languages: of the sentence and of the passages.
        is_true: whether the passages bear it out.
    """

    kind: str
    languages: tuple[str, str]
    sentence: str
    cited: tuple[Hit, ...]
    is_true: bool
    half: Half


@dataclass(frozen=True)
class Checked:
    """A pair and what the checker made of it."""

    pair: Pair
    verdict: Verdict


@dataclass(frozen=True)
class Lesson:
    """What a true sentence or a wrong citation looks like to the judgement of meaning."""

    kind: str
    features: Mapping[str, float]
    is_true: bool


class Texts:
    """Parallel texts in one language: paragraphs as passages, in order.

    Args:
        path: a SQuAD-shaped file whose name is the ISO 639-1 code of its language.
        embedding: for the sentences of the passages.
    """

    def __init__(self, path: Path, embedding: "BaseEmbedding") -> None:
        self.code = path.stem
        squad = read_squad(path)
        self.names = list(squad.paragraphs)
        self.articles = list(squad.articles)
        self.passages = {
            name: passages(text.lstrip("\ufeff"), Source(id=name, path=name, language=self.code), embedding)
            for name, text in squad.paragraphs.items()
        }

    def sentences(self, name: str) -> list[str]:
        """The sentences of a paragraph that are long enough to say something."""
        return [t for hit in self.passages[name] for t in hit.sentence_texts if len(t.split()) > 3]  # noqa: PLR2004

    def text(self, name: str) -> str:
        """A paragraph, as far as its passages go."""
        return " ".join(hit.chunk.text for hit in self.passages[name])

    def article(self, name: str) -> str:
        """The article of a paragraph."""
        return name.split("/", maxsplit=1)[0]

    def half(self, name: str) -> Half:
        """Every other article fits."""
        return "measure" if self.articles.index(self.article(name)) % 2 else "fit"

    def others(self, name: str, *, same_article: bool) -> list[str]:
        """The other paragraphs of the same article, or those of the others in the same half."""
        article = self.article(name)
        return [
            other
            for other in self.names
            if other != name
            and (self.article(other) == article) == same_article
            and self.half(other) == self.half(name)
        ]

    @cached_property
    def proper_names(self) -> dict[str, list[str]]:
        """By article: the names within its sentences that are never written in small letters."""
        small = {word for name in self.names for word in self.text(name).split() if word.islower()}
        found: dict[str, list[str]] = {}
        for name in self.names:
            proper = [n for n in alterations.names_in(self.text(name)) if not small & set(n.lower().split())]
            found.setdefault(self.article(name), []).extend(proper)
        return found

    @cached_property
    def countries(self) -> frozenset[str]:
        """The names of countries of one word, in the language of the texts."""
        return frozenset(name for name in Locale.parse(self.code).territories.values() if name.isalpha())

    @cached_property
    def near_names(self) -> list[str]:
        """Words among which near names are looked for.

        Where names have many endings two near ones may be one name, so only those of countries are taken.
        """
        others = self.proper_names.values() if self.code == "en" else []
        return sorted({*self.countries, *(word for names in others for name in names for word in name.split())})


def passages(text: str, source: Source, embedding: "BaseEmbedding") -> tuple[Hit, ...]:
    """A text in chunks, as retrieval would hand them on."""
    spans = split_sentences(text, source.language)
    embedded = np.array(embedding.get_text_embedding_batch([text[s.start : s.end] for s in spans]), dtype=np.float32)
    # As an index would give them back.
    vectors = unit_vectors(quantise(embedded))
    hits, at, article = [], 0, PackedText(pack_text(text))
    for chunk in split_chunks(text, spans, CHUNK_TOKENS, 0, count_tokens):
        count = len(chunk.sentences)
        whole = text[chunk.start : chunk.end]
        stored = StoredChunk(
            id=at,
            source=source,
            article=article,
            start=chunk.start,
            end=chunk.end,
            offsets=pack_offsets(chunk.sentences),
            terms=tuple(terms(whole)),
            vectors=vectors[at : at + count],
            vector_ids=tuple(range(at, at + count)),
        )
        hits.append(Hit(stored, np.zeros(count, dtype=np.float32), 0.0, 0.0, 0.0))
        at += count
    return tuple(hits)


def pairs_of_texts(texts: Sequence[Texts]) -> Iterator[Pair]:
    """True and altered sentences of parallel texts, sampled alike in every run."""
    for spoken in texts:
        for written in texts:
            yield from _sampled(_pairs(spoken, written))


def _pairs(spoken: Texts, written: Texts) -> Iterator[Pair]:
    languages, random = (spoken.code, written.code), Random(SEED)
    for name in spoken.names:
        cited = written.passages[name]
        for sentence in spoken.sentences(name):
            for kind, changed, is_true in _variants(sentence, name, spoken, written, random):
                yield Pair(kind, languages, changed, cited, is_true, spoken.half(name))
            for kind, same in (("citation of another article", False), ("citation of the same article", True)):
                others = written.others(name, same_article=same)
                if others:
                    wrong = written.passages[random.choice(others)]
                    yield Pair(kind, languages, sentence, wrong, is_true=False, half=spoken.half(name))
    if spoken is written:
        yield from _changed(spoken, _rewordings)
        yield from _changed(spoken, _near_misses)
        yield from _changed(spoken, _near_numbers)


def _changed(texts: Texts, changes_of: Callable[[str, Texts], Mapping[str, alterations.Change]]) -> Iterator[Pair]:
    """Sentences with each of some changes, beside their passage."""
    random = Random(SEED)
    for name in texts.names:
        changes = changes_of(name, texts)
        for sentence in texts.sentences(name):
            for kind, change in changes.items():
                if changed := change(sentence, texts.text(name), random):
                    cited = texts.passages[name]
                    yield Pair(kind, (texts.code, texts.code), changed, cited, is_true=False, half=texts.half(name))


def _variants(
    sentence: str, name: str, spoken: Texts, written: Texts, random: Random
) -> Iterator[tuple[str, str, bool]]:
    """(kind, sentence, whether it is true) for what can be made of a sentence."""
    same = spoken is written
    yield ("verbatim" if same else "translated"), sentence, True
    if same and (changed := alterations.rewritten(sentence)):
        yield "rewritten", changed, True
    # A change must not come true by what the passage says in its own language.
    passage = f"{spoken.text(name)} {written.text(name)}"
    for kind, change in _changes(name, spoken, same=same).items():
        if changed := change(sentence, passage, random):
            yield kind, changed, False


def _near_misses(name: str, texts: Texts) -> Mapping[str, alterations.Change]:
    """What differs by a letter, a unit or a sign."""
    own = {word for known in texts.proper_names[texts.article(name)] for word in known.split()}
    return {
        "near name": alterations.near_name_of(sorted(own & set(texts.near_names)), texts.near_names),
        "name with a letter changed": alterations.name_misspelt(sorted(own)),
        "unit": alterations.other_unit(texts.code),
        "sign or time of the day": alterations.other_sign_or_time(),
        "word for a number": alterations.other_count(texts.code),
    }


def _near_numbers(name: str, texts: Texts) -> Mapping[str, alterations.Change]:
    """Numbers and months whose words the passage has, of something else."""
    del name
    changes = {
        "hundred or a million of another number": alterations.round_number(texts.code),
        "share": alterations.other_share(texts.code),
        "year as a measure": alterations.year_as_measure(texts.code),
    }
    return {**changes, "month of an ordinary word": alterations.month_of_a_word()} if texts.code == "en" else changes


def _rewordings(name: str, texts: Texts) -> Mapping[str, alterations.Change]:
    """Of whose words the passage has all, or all but one: what looking them up does not show."""
    own = texts.proper_names[texts.article(name)]
    return {
        "names exchanged": alterations.swapped(own),
        "numbers exchanged": alterations.recombined(),
        "parts of two names joined": alterations.name_joined(own),
        "opposite word": alterations.opposed(texts.code),
        "possibility made a fact": alterations.asserted(texts.code),
    }


def _changes(name: str, texts: Texts, *, same: bool) -> Mapping[str, alterations.Change]:
    elsewhere = [n for other in texts.others(name, same_article=False)[::7] for n in texts.sentences(other)]
    nearby = [text for other in texts.others(name, same_article=True) for text in texts.sentences(other)]
    pool = [n for article, names in texts.proper_names.items() if article != texts.article(name) for n in names]
    own = texts.proper_names[texts.article(name)]
    changes: dict[str, alterations.Change] = {
        "number": alterations.other_number(texts.code),
        "number of the same article": alterations.number_of(nearby, texts.code),
        "date": alterations.other_date(texts.code),
        "name": alterations.name_of(own, pool),
    }
    if same:
        changes |= {
            "negation put in": alterations.negated(texts.code),
            "negation left out": alterations.affirmed(texts.code),
            "quotation of others": alterations.fabricated(elsewhere),
            "quotation with a word changed": alterations.misquoted(elsewhere),
        }
    return changes


def _sampled(pairs: Iterable[Pair]) -> Iterator[Pair]:
    grouped: dict[tuple[str, Half], list[Pair]] = {}
    for pair in pairs:
        grouped.setdefault((pair.kind, pair.half), []).append(pair)
    for group in grouped.values():
        yield from Random(SEED).sample(group, min(MOST_PAIRS, len(group)))


def pairs_of_cases(cases: Iterable[Case], corpus: Path, embedding: "BaseEmbedding") -> Iterator[Pair]:
    """The reference answers of cases, which are true, with the passages that hold their evidence."""
    hits, texts = _articles(corpus, embedding)
    for case in cases:
        if not case.answerable or case.answer is None:
            continue
        # Of places that would do as well as each other, the first.
        places = [piece[0] for piece in locate(case, texts)]
        cited = tuple(hit for article, found in hits.items() for hit in found if _holds_any(hit, article, places))
        written = str(cited[0].chunk.source.language)
        half: Half = "fit" if case.split == "dev" else "measure"
        yield Pair("reference answer", (case.language, written), case.answer, cited, is_true=True, half=half)


def _holds_any(hit: Hit, article: str, places: Iterable[Place]) -> bool:
    return any(
        place.article == article and hit.chunk.start < place.span.end and place.span.start < hit.chunk.end
        for place in places
    )


def _articles(corpus: Path, embedding: "BaseEmbedding") -> tuple[dict[str, tuple[Hit, ...]], dict[str, str]]:
    articles = list(_read(corpus))
    hits = {article.id: passages(article.text, article.source(), embedding) for article in articles}
    return hits, {article.id: article.text for article in articles}


def _read(corpus: Path) -> Iterator[Article]:
    """The articles of a folder, as an index has them."""
    overrides = load_overrides(corpus)
    files, _ = find_files(corpus, DEFAULTS["max_file_mb"] * 1_000_000)
    for file in files:
        with suppress(UnreadableFileError):
            yield read_article(file, file.read_bytes(), overrides.get(file.id)).article


def check_all(checker: Checker, pairs: Iterable[Pair]) -> list[Checked]:
    """The verdicts on all pairs."""
    return [Checked(pair, checker.check(pair.sentence, pair.cited)) for pair in pairs]


@dataclass(frozen=True)
class Row:
    """One line of the report: shares of a kind of pairs, with their intervals."""

    kind: str
    across: bool
    is_true: bool
    unsupported: Estimate
    not_supported: Estimate


def rows(checked: Sequence[Checked]) -> list[Row]:
    """The shares of the measuring half that are found unsupported, and not supported, by kind; true ones first."""
    grouped: dict[tuple[bool, bool, str], list[Checked]] = {}
    for one in checked:
        if one.pair.half == "measure":
            spoken, written = one.pair.languages
            grouped.setdefault((not one.pair.is_true, spoken != written, one.pair.kind), []).append(one)
    return [
        Row(kind, across, not altered, _share(group, "unsupported"), _share(group, "unsupported", "partial"))
        for (altered, across, kind), group in sorted(grouped.items(), key=lambda item: item[0][:2])
    ]


def _share(checked: Sequence[Checked], *verdicts: str) -> Estimate:
    column = np.array([one.verdict.support in verdicts for one in checked], dtype=np.float64)
    return estimate([column], Draws(len(column)))


def table(found: Sequence[Row]) -> Table:
    """The report for a terminal."""
    report = Table("sentence", "passage in", "n", "unsupported", "or partial")
    for i, row in enumerate(found):
        report.add_row(
            row.kind,
            "another language" if row.across else "its language",
            str(row.unsupported.n),
            _in_words(row.unsupported),
            _in_words(row.not_supported),
            end_section=i + 1 < len(found) and found[i + 1].is_true != row.is_true,
        )
    return report


def _in_words(share: Estimate) -> str:
    return f"{share.mean:.3f} ({share.low:.3f}-{share.high:.3f})"


def fit(checked: Sequence[Checked], provenance: dict[str, Any]) -> dict[str, Thresholds]:
    """Thresholds for the local embedding and for one that was never measured, from the fitting half.

    What supports a sentence is told from what does not by true ones and by wrong citations.
    """
    same, other = (_lessons(checked, across=across) for across in (False, True))
    names = ("cosine", "coverage")
    fitted = Thresholds(
        same_language=_likeness(same, names),
        other_language=_likeness(other, names[:1]) if other else None,
        provenance=provenance,
    )
    lexical = Thresholds(same_language=_likeness(same, names[1:]), other_language=None, provenance=provenance)
    return {CALIBRATED: fitted, UNCALIBRATED: lexical}


def _lessons(checked: Sequence[Checked], *, across: bool) -> list[Lesson]:
    """The features of each sentence of the fitting half that bears on meaning. Verbatim ones teach nothing."""
    return [
        Lesson(one.pair.kind, max(one.verdict.groundings, key=lambda g: g.score).features, one.pair.is_true)
        for one in checked
        if one.pair.half == "fit"
        and (one.pair.languages[0] != one.pair.languages[1]) == across
        and (one.pair.kind in TRUE_KINDS or one.pair.kind.startswith("citation"))
        and one.verdict.groundings
    ]


def _likeness(lessons: Sequence[Lesson], names: Sequence[str]) -> Likeness:
    """A logistic regression, with its threshold where no kind of true sentences loses more than it may."""
    score = fit_refusal([(lesson.features, lesson.is_true) for lesson in lessons], names)
    true = [
        [score(lesson.features) for lesson in lessons if lesson.kind == kind]
        for kind in sorted({lesson.kind for lesson in lessons if lesson.is_true})
    ]
    threshold, far = (float(min(np.quantile(scores, share) for scores in true)) for share in (DOUBTFUL, FAR))
    moved = Linear(intercept=round(score.intercept - threshold, 4), weights=score.weights)
    return Likeness(score=moved, far=round(min(0.0, far - threshold), 4))


def measure(
    files: Sequence[Path], cases: Sequence[Case], corpus: Path, embedding: "BaseEmbedding", out: Path | None = None
) -> list[Row]:
    """Checks the pairs of all files and cases.

    Args:
        files: parallel SQuAD-shaped files, each named for the ISO 639-1 code of its language.
        cases: hand-written ones.
        corpus: the folder of the articles that the cases are about.
        embedding: the local one.
        out: where to write thresholds fitted anew, which are measured then; None to measure those at hand.

    Raises:
        ValueError: thresholds would be written for another embedding.
    """
    if out is not None:
        check_embedding(embedding.model_name)
    texts = [Texts(path, embedding) for path in files]
    pairs = [*pairs_of_texts(texts), *pairs_of_cases(cases, corpus, embedding)]
    checked = check_all(Checker(embedding), pairs)
    if out is None:
        return rows(checked)
    fitted = fit(checked, _provenance(files))
    content = json.dumps({name: entry.model_dump() for name, entry in fitted.items()}, indent=2, ensure_ascii=False)
    out.write_text(content + "\n", encoding="utf-8")
    return rows(check_all(Checker(embedding, fitted[CALIBRATED]), pairs))


def _provenance(files: Sequence[Path]) -> dict[str, Any]:
    return {
        "command": f"python -m eval checker {' '.join(path.name for path in files)} --fit",
        "files": {path.name: f"sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files},
        "split": "every other article and the dev cases fit, the rest measure",
        "figures": "python -m eval checker prints them for the measuring half",
        "numpy": version("numpy"),
        "scikit-learn": version("scikit-learn"),
    }
