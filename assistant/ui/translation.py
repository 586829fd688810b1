"""Says in another language what the assistant says in English: notices, reasons of verdicts, failures.

Answers and errors carry these messages in English, whoever asks for them, and a browser keeps them so; a page says them
in its language as it shows them. As with gettext, the key of a translation is the English.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

# Of values, those that are messages themselves, or words of one. The others stay as they are.
MESSAGES: Final = frozenset({"message", "job"})
# Characters. No message is as long but for what it repeats of others; what is longer stays as it is, so that nothing a
# browser hands in takes long or goes deep.
LONGEST: Final = 2000
_NAME: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class _Template:
    """The English of a sentence with names in braces, and what it is in another language.

    Attributes:
        names: what is filled in, in order.
        literals: what stands before, between and behind the names.
        translated: the other language, with the same names.
    """

    names: tuple[str, ...]
    literals: tuple[str, ...]
    translated: str

    @classmethod
    def of(cls, english: str, translated: str) -> "_Template":
        literals = _NAME.split(english)
        return cls(tuple(literals[1::2]), tuple(literals[::2]), translated)

    @property
    def size(self) -> tuple[int, int]:
        """How much it says of how a sentence begins, and of all of it, in characters."""
        return len(self.literals[0]), sum(map(len, self.literals))

    def values(self, text: str) -> dict[str, str] | None:
        """What would have to be filled in to make the text; None if nothing would.

        Each literal is taken where it comes first, which finds values if there are any, and never looks twice.
        """
        first, *between, last = self.literals
        at, end = len(first), len(text) - len(last)
        if at > end or not text.startswith(first) or not text.endswith(last):
            return None
        values = []
        for literal in between:
            found = text.find(literal, at, end)
            if found < 0:
                return None
            values.append(text[at:found])
            at = found + len(literal)
        return dict(zip(self.names, [*values, text[at:end]], strict=True))


class Translation:
    """From English into another language.

    Args:
        sentences: the English of each, with names in braces for what differs, and what it is in the other language.
    """

    def __init__(self, sentences: Mapping[str, str]) -> None:
        self._fixed = {english: said for english, said in sentences.items() if not _NAME.search(english)}
        templates = [_Template.of(*pair) for pair in sentences.items() if pair[0] not in self._fixed]
        # A template that says more of a sentence, first of all of how it begins, knows it better.
        self._templates = sorted(templates, key=lambda template: template.size, reverse=True)

    def of(self, message: str) -> str:
        """A message in the other language. A sentence that is not known stays as it is."""
        if len(message) > LONGEST:
            return message
        before, stop, last = message.rpartition(". ")
        whole = before.count("“") == before.count("”")
        if stop and whole and (said := self._sentence(last)) is not None:
            return f"{self.of(f'{before}.')} {said}"
        said = self._sentence(message)
        return message if said is None else said

    def _sentence(self, text: str) -> str | None:
        if text in self._fixed:
            return self._fixed[text]
        for template in self._templates:
            values = template.values(text)
            if values is not None:
                said = {name: self.of(value) if name in MESSAGES else value for name, value in values.items()}
                return template.translated.format(**said)
        return None
