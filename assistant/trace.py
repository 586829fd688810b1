"""Writes down how an answer came about: one line of JSON for each question, with what each stage was given and made."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.prompts import prompt_digests
from assistant.records import Answer
from assistant.retrieval import Hit, Retrieval


def write_trace(path: Path, answer: Answer, retrieval: Retrieval, more: dict[str, Any]) -> None:
    """Adds a line to the file.

    Args:
        path: made with its folders if need be.
        answer: what the reader got.
        retrieval: what it was made from.
        more: by name, what else the stages were given and made.

    Raises:
        OSError: the file cannot be written.
    """
    line = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        **answer.model_dump(mode="json", exclude={"passages"}),
        "retrieval": {"terms": retrieval.question.terms, "hits": _hits(retrieval.hits)},
        **more,
        "prompts": prompt_digests(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    # In one go, so that the lines of questions that are answered at once do not mix.
    with path.open("ab", buffering=0) as file:
        file.write(f"{json.dumps(line, ensure_ascii=False)}\n".encode("utf-8", "replace"))


def _hits(hits: Sequence[Hit]) -> list[dict[str, Any]]:
    return [
        {
            "article": hit.chunk.source.id,
            "start": hit.chunk.start,
            "end": hit.chunk.end,
            "score": round(hit.score, 6),
            "lexical": round(hit.lexical, 6),
            "cosines": [round(float(cosine), 6) for cosine in hit.cosines],
        }
        for hit in hits
    ]
