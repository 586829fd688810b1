"""The links by which the page's own HTML names what a reader may act on."""

import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

# What the digits of a link hold; two of a million articles have the same key with a probability of 1 in 500.
KEY_BYTES: Final = 6


def key_of(article_id: str) -> int:
    """The number by which links name an article: one that stays true when other articles come and go."""
    return int.from_bytes(blake2b(article_id.encode(errors="replace"), digest_size=KEY_BYTES).digest())


@dataclass(frozen=True)
class Reference:
    """What a link within the page is about, written as its fragment: `#cite-0-1`, `#article-3187`, `#corpus`.

    Attributes:
        kind: what is to be done, or shown.
        place: of which question of the conversation, counting from 0; the key of which article; 0 where it has no
            meaning.
        number: of which card, counting from 1, or of which suggestion; 0 where it has no meaning.
    """

    kind: str
    place: int = 0
    number: int = 0

    _PATTERN = re.compile(r"#?([a-z]{2,12})(?:-([0-9]{1,15}))?(?:-([0-9]{1,6}))?")

    def __str__(self) -> str:
        return f"{self.kind}-{self.place}-{self.number}"

    @classmethod
    def parse(cls, text: str) -> "Reference | None":
        """The reference a fragment spells, None if it spells none."""
        match = cls._PATTERN.fullmatch(text)
        return match and cls(match[1], int(match[2] or 0), int(match[3] or 0))
