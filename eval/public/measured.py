"""Runs over other people's data: which shape it has, its figures, and what they were made with."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime

from assistant.records import Record
from eval.metrics.bootstrap import Estimate
from eval.public.beir import judged_split, measure_beir
from eval.public.experiments import settings_over
from eval.public.multihop import measure_multihop
from eval.public.squad_run import run
from eval.recipe import Setup, embedding_names, setup

Shape = Literal["SQuAD", "BEIR", "MultiHop-RAG"]


class Measured(Record):
    """The figures of a data set.

    Attributes:
        created: when they were made.
        shape: of the data.
        figures: by column, such as a file of questions, and then by name.
        setup: what they were made with.
        files: the sha256 of every file that was read, by its name.
    """

    created: AwareDatetime
    shape: Shape
    figures: dict[str, dict[str, Estimate]]
    setup: Setup
    files: dict[str, str]


def shape_of(path: Path) -> Shape | None:
    """The shape of a data set, None if it is none."""
    if path.is_dir() and (path / "corpus.jsonl").exists():
        return "BEIR"
    if path.is_dir() and (path / "MultiHopRAG.json").exists():
        return "MultiHop-RAG"
    return "SQuAD" if path.suffix == ".json" else None


def measure(path: Path, shape: Shape, questions: Sequence[Path] = ()) -> Measured:
    """Measures a data set.

    Args:
        path: the file or folder.
        shape: as `shape_of` tells it.
        questions: parallel files to ask from, a column each; for SQuAD-shaped files alone, by default the file itself.

    Raises:
        ValueError: a file is not as it should be.
        OSError: a file cannot be read.
    """
    if shape == "SQuAD":
        asked = list(questions) or [path]
        figures = {file.stem: run(path, file) for file in asked}
        return _measured(shape, figures, {file.name: file for file in (path, *asked)})
    if shape == "BEIR":
        split = judged_split(path)
        figures = {f"{path.name}, {split}": measure_beir(path, split)}
        return _measured(shape, figures, _files(path, "corpus.jsonl", "queries.jsonl", f"qrels/{split}.tsv"))
    return _measured(shape, {path.name: measure_multihop(path)}, _files(path, "corpus.json", "MultiHopRAG.json"))


def _files(folder: Path, *names: str) -> dict[str, Path]:
    return {name: folder / name for name in names}


def _measured(shape: Shape, figures: dict[str, dict[str, Estimate]], files: dict[str, Path]) -> Measured:
    # Its package takes a second to import.
    from assistant.models import embedding_model

    settings = settings_over(Path(), Path())
    embedding = embedding_model(settings)
    if hasattr(embedding, "engine"):
        # Which engine the local model runs on shows once it has embedded something.
        embedding.get_query_embedding("What is new?")
    return Measured(
        created=datetime.now(UTC),
        shape=shape,
        figures=figures,
        setup=setup(settings, embedding_names(embedding.model_name, getattr(embedding, "engine", None))),
        files={name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in files.items()},
    )
