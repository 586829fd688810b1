"""What an answer is made of before it is put on record."""

from dataclasses import dataclass

from assistant.prompts import load_prompt, prompt_languages
from assistant.records import Citation, Mode, Sentence, Support


@dataclass(frozen=True, slots=True)
class Check:
    """What became of a sentence that a model wrote.

    Attributes:
        text: as it was written, without markers.
        cited: the numbers of the passages that it named.
        support: the verdict.
        reason: of the verdict, empty if it is supported.
    """

    text: str
    cited: tuple[int, ...]
    support: Support
    reason: str


@dataclass(frozen=True)
class Draft:
    """An answer's text in the pieces it is streamed in, and what it rests on.

    Attributes:
        notices: what the reader should know about how it came about.
        checks: of each sentence that a model wrote, those included that no reader sees.
    """

    pieces: tuple[str, ...]
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    refused: bool = False
    mode: Mode = "extractive"
    notices: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()


def refusal(language: str | None, mode: Mode = "extractive") -> Draft:
    """The words for a question that the articles do not answer, in its language where there are any."""
    spoken = language if language in prompt_languages("refusal") else "en"
    return Draft(pieces=(load_prompt(f"refusal.{spoken}").substitute(),), refused=True, mode=mode)
