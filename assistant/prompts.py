"""Loads the prompt templates: one Markdown file per job, in `prompts/` of the clone or packed into the wheel.

A template marks its variables as `$name`; a dollar sign of its own is written `$$`. A text that differs by language has
one file per language, named `job.LANGUAGE.md` and loaded as `job.LANGUAGE`.
"""

import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from string import Template

from assistant.errors import PromptError

SUFFIX = ".md"
# What has no UTF-8, or ends a text for some programs, such as the local embedding's engine.
UNREADABLE = re.compile("[\x00\ud800-\udfff]")


def prompt_folder(package: Path) -> Path:
    """Where a package's templates are: packed inside it when installed, beside it in a clone."""
    packed = package / "templates"
    return packed if packed.is_dir() else package.parent / "prompts"


PROMPTS = prompt_folder(Path(__file__).parent)


@cache
def load_prompt(name: str, variables: frozenset[str] = frozenset(), folder: Path = PROMPTS) -> Template:
    """The template of a job, checked to use exactly the given variables.

    Raises:
        PromptError: there is no such file, or a variable is missing, unknown or malformed; the message names it.
    """
    path = folder / f"{name}{SUFFIX}"
    try:
        template = Template(path.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError) as error:
        message = f"The prompt {path.name} cannot be read: {error}."
        raise PromptError(message) from error
    _check_variables(path.name, template, variables)
    return template


def as_data(text: str) -> str:
    """A text without what could open or close the tags between which a prompt has its material."""
    return UNREADABLE.sub(" ", text).replace("<", "‹").replace(">", "›")


@cache
def prompt_digests(folder: Path = PROMPTS) -> dict[str, str]:
    """16 hex digits over each template, by its name."""
    return {path.stem: sha256(path.read_bytes()).hexdigest()[:16] for path in sorted(folder.glob(f"*{SUFFIX}"))}


@cache
def prompt_languages(name: str, folder: Path = PROMPTS) -> tuple[str, ...]:
    """The languages a job's prompt is written in, as sorted ISO 639-1 codes; empty if it has no such variants."""
    stem = f"{name}."
    return tuple(sorted(path.stem.removeprefix(stem) for path in folder.glob(f"{stem}*{SUFFIX}")))


def _check_variables(file: str, template: Template, variables: frozenset[str]) -> None:
    used = frozenset(template.get_identifiers())
    problems = [f"lacks ${name}" for name in sorted(variables - used)]
    problems += [f"uses the unknown ${name}" for name in sorted(used - variables)]
    if not template.is_valid():
        problems.append("has a dollar sign that starts no variable, which is written $$")
    if problems:
        message = f"The prompt {file} {' and '.join(problems)}."
        raise PromptError(message)
