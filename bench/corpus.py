"""Makes news corpora of any size from real sentences.

An article is a headline, a date and paragraphs of altered real sentences. In every sentence some words give way to
words from elsewhere, to made-up names and to new numbers, so that no two articles say the same. The names' ranks follow
Zipf's law without an end, so that the vocabulary keeps growing with the corpus as it does in news.
"""

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

from assistant.chunks import split_sentences
from eval.public.squad import read_squad

# Share of the longer words that give way, and among those the share of names that nobody has used before.
ALTERED = 0.2
MADE_UP = 0.5
SHORTEST_ALTERED = 4

# Zipf's law with Mandelbrot's offset, p(rank) ~ (1 + rank / offset)^-1.25: the commonest name makes up a 400th of all,
# and n names hold about n^.8 different ones, some 200,000 in a corpus of 100,000 chunks, the order newswire shows.
NAME_TAIL = 0.25
NAME_OFFSET = 100
SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]

WORDS = 700
WORDS_DEVIATION = 200
FEWEST_WORDS = 150
FIRST_DAY = date(2005, 1, 1)
DAYS = 20 * 365

SENTENCE_WORDS = range(6, 60)
FRAGMENT_WORDS = (5, 12)
ASKED_ABOUT = ("What is known about {}?", "Who spoke of {}?", "When was {} reported?", "What did the sources say: {}?")

_WORD = re.compile(r"\w+")


def read_sentences(folder: Path, squad: Path | None = None) -> list[str]:
    """The whole sentences of the articles in a folder, and of the paragraphs of a SQuAD-shaped file."""
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in sorted(folder.glob("*.txt"))]
    if squad is not None:
        texts += read_squad(squad).paragraphs.values()
    found = (text[s.start : s.end] for text in texts for s in split_sentences(text))
    return list(dict.fromkeys(s for s in found if len(s.split()) in SENTENCE_WORDS and s[0].isalnum() and s[-1] == "."))


@dataclass(frozen=True)
class Corpus:
    """Articles 0, 1, 2 ...; each depends on its number, the sentences and the seed alone.

    Attributes:
        sentences: real ones; neighbours are taken to belong together.
        seed: another seed, other articles.
    """

    sentences: Sequence[str]
    seed: int = 0

    @cached_property
    def vocabulary(self) -> list[str]:
        """The longer words of the sentences, each as often as it occurs."""
        return [w for s in self.sentences for w in _WORD.findall(s) if len(w) >= SHORTEST_ALTERED and w.isalpha()]

    def article(self, number: int, edition: int = 0) -> str:
        """The text of one article; another edition ends in another sentence."""
        rng = random.Random(f"{self.seed} {number}")  # noqa: S311 - a corpus, not a secret
        day = FIRST_DAY + timedelta(days=rng.randrange(DAYS))
        headline = self._altered(rng.choice(self.sentences), rng).split()[:10]
        parts = [" ".join(headline).rstrip(".,;:"), f"{day:%d %B %Y}", *self._paragraphs(rng)]
        if edition:
            rng.seed(f"{self.seed} {number} {edition}")
            parts.append(self._altered(rng.choice(self.sentences), rng))
        return "\n\n".join(parts) + "\n"

    def write(self, folder: Path, numbers: Iterable[int], edition: int = 0) -> Path:
        """Writes articles below `folder`, 100 to a subfolder, and returns it."""
        for number in numbers:
            path = folder / f"{number // 100:05}" / f"{number:07}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.article(number, edition), encoding="utf-8")
        return folder

    def questions(self, count: int, articles: int) -> list[str]:
        """Questions about runs of words from sentences of the first `articles` articles, all different."""
        rng = random.Random(f"{self.seed} questions")  # noqa: S311
        found: dict[str, None] = {}
        while len(found) < count:
            body = self.article(rng.randrange(articles)).splitlines()[4:]
            words = _WORD.findall(rng.choice([line for line in body if line]))
            length = rng.randint(*FRAGMENT_WORDS)
            start = rng.randrange(max(1, len(words) - length))
            found[rng.choice(ASKED_ABOUT).format(" ".join(words[start : start + length]))] = None
        return list(found)

    def _paragraphs(self, rng: random.Random) -> Iterator[str]:
        left = max(FEWEST_WORDS, int(rng.gauss(WORDS, WORDS_DEVIATION)))
        while left > 0:
            # Squared, so that some stories are told far more often than others.
            start = int(len(self.sentences) * rng.random() ** 2)
            told = self.sentences[start : start + rng.randint(3, 5)]
            paragraph = " ".join(self._altered(sentence, rng) for sentence in told)
            left -= len(paragraph.split())
            yield paragraph

    def _altered(self, sentence: str, rng: random.Random) -> str:
        certain = rng.randrange(len(sentence))

        def word(match: re.Match[str]) -> str:
            text = match.group()
            if text.isdigit():
                return str(rng.randint(10 ** (len(text) - 1), 10 ** len(text) - 1))
            here = match.start() <= certain <= match.end()
            if not here and (len(text) < SHORTEST_ALTERED or rng.random() > ALTERED):
                return text
            other = name(rng) if here or rng.random() < MADE_UP else rng.choice(self.vocabulary)
            return other.title() if text[0].isupper() else other.lower()

        return _WORD.sub(word, sentence)


def name(rng: random.Random) -> str:
    """A made-up name; how often one comes again follows Zipf's law."""
    rank = int(NAME_OFFSET * (rng.paretovariate(NAME_TAIL) - 1)) % 10**9 + len(SYLLABLES)
    syllables = []
    while rank:
        rank, syllable = divmod(rank, len(SYLLABLES))
        syllables.append(SYLLABLES[syllable])
    return "".join(syllables)
