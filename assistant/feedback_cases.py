"""Turns readers' thumbs into cases for the evaluation: a YAML file that a reviewer goes over and then runs.

An answer that helped is a whole case, with its quotes as evidence. An answer that did not help shows only what should
not have been said, so what is right is left empty and marked; until it is filled in, the evaluation refuses the file
and names the line.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

import yaml

from assistant.feedback import Feedback
from assistant.languages import detect_language
from assistant.question import clean_question
from assistant.records import Sentence

FILL_IN: Final = "FILL IN"
TYPE: Final = "feedback"
WIDTH: Final = 116
HEAD: Final = """\
# Cases from readers' thumbs, one by one to be looked over: is the question worth keeping, the answer right?
# Shorten each of the facts to the words that an answer must hold.
"""
UNFINISHED: Final = f"""\
# Where it says {FILL_IN}, the evaluation takes the file only once that is done.
"""
# What YAML and `str.splitlines` take for a line end besides the line feed.
_LINE_ENDS: Final = frozenset("\n\r\x85\u2028\u2029")
_EMPTY: Final = f"""\
  # {FILL_IN} a right answer. Do the articles hold none? Then put `answerable: false` for these three lines.
  answer:
  # {FILL_IN} what it must say, each with its accepted forms, as [[48 million, forty-eight million]].
  facts: []
  # {FILL_IN} what proves it, word for word, as the article's id and a quote.
  evidence: []
"""


class _Dumper(yaml.SafeDumper):
    r"""Writes line ends within a string as `\n` and the like, so that none is folded away."""


def _string(dumper: _Dumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if _LINE_ENDS & set(text) else None)


_Dumper.add_representer(str, _string)


def is_whole(feedback: Feedback) -> bool:
    """Whether a thumb makes a case that nothing has to be filled into."""
    return feedback.helpful and (feedback.refused or bool(_shown(feedback)))


def without_repeats(thumbs: Iterable[Feedback]) -> list[Feedback]:
    """Of the thumbs of one direction on one question under the same filters only the last."""
    latest: dict[tuple[str, str, bool], Feedback] = {}
    for feedback in thumbs:
        key = (_question(feedback).casefold(), feedback.filters.model_dump_json(), feedback.helpful)
        latest[key] = feedback
    return list(latest.values())


def cases_yaml(thumbs: Sequence[Feedback]) -> str:
    """The file: a case for each thumb."""
    head = HEAD if all(map(is_whole, thumbs)) else HEAD + UNFINISHED
    return "\n".join([head, *map(_case, thumbs)])


def _case(feedback: Feedback) -> str:
    # Follow-ups are asked as they were searched for, since the talk before them is not kept.
    case: dict[str, Any] = {
        "id": f"{TYPE}-{hashlib.blake2b(feedback.answer_id.encode(), digest_size=6).hexdigest()}",
        "type": TYPE,
        "question": _question(feedback),
        "language": detect_language(_question(feedback)) or "en",
    }
    if feedback.filters:
        case["filters"] = feedback.filters.model_dump(exclude_defaults=True)
    if is_whole(feedback):
        return _remarks(feedback) + _yaml([{**case, **_expected(feedback)}])
    answer = _comment("the answer was", feedback.text)
    cited = [_comment(f"it cited {quote['article']}", quote["quote"]) for quote in _evidence(feedback)]
    return _remarks(feedback) + answer + "".join(cited) + _yaml([case]) + _EMPTY


def _expected(feedback: Feedback) -> dict[str, Any]:
    if feedback.refused:
        return {"answerable": False, "note": "The assistant refused, and a reader found that right."}
    shown = _shown(feedback)
    quotes = {citation.number: citation.quote for citation in feedback.citations}
    return {
        "answer": " ".join(" ".join(sentence.text.split()) for sentence in shown),
        # A later answer may write the sentence or quote what it rests on.
        "facts": [list(dict.fromkeys((s.text, *(quotes[n] for n in s.citations if n in quotes)))) for s in shown],
        "evidence": _evidence(feedback),
    }


def _shown(feedback: Feedback) -> list[Sentence]:
    """The sentences that rest on something."""
    return [s for s in feedback.sentences if s.citations and s.support != "unsupported" and clean_question(s.text)]


def _evidence(feedback: Feedback) -> list[dict[str, str]]:
    places = dict.fromkeys((citation.source.id, citation.quote) for citation in feedback.citations)
    return [{"article": article, "quote": quote} for article, quote in places]


def _question(feedback: Feedback) -> str:
    return clean_question(feedback.standalone_question)


def _remarks(feedback: Feedback) -> str:
    verdict = "helpful" if feedback.helpful else "not helpful"
    remarks = [f"# {feedback.time:%Y-%m-%d}, {feedback.mode}, settings {feedback.settings_digest}: {verdict}\n"]
    if clean_question(feedback.question) != _question(feedback):
        remarks.append(_comment("asked as", feedback.question))
    if feedback.reason:
        remarks.append(_comment("the reader said", feedback.reason))
    return "".join(remarks)


def _comment(name: str, text: str) -> str:
    # One line and nothing that prints nothing: a line end would end the comment, and YAML refuses control characters.
    return f"# {clean_question(name)}: {clean_question(text)}\n"


def _yaml(value: Any) -> str:
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH)
