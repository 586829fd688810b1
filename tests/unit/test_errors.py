import ast
import inspect
import re
from pathlib import Path

import pytest

from assistant import errors
from assistant.errors import AssistantError, QuestionError, UnknownArticleError

CLASSES = [value for value in vars(errors).values() if inspect.isclass(value)]


@pytest.mark.parametrize("error", CLASSES)
def test_every_error_stands_in_the_tree_of_the_module_under_its_parent(error: type[AssistantError]) -> None:
    lines = (errors.__doc__ or "").splitlines()
    depth = {name: line.index(name) for line in lines for name in [line.strip("│├└─ ").split(" ")[0]] if name}
    assert error.__name__ in depth
    parent = error.__bases__[0].__name__
    assert depth.get(parent, -4) == depth[error.__name__] - 4


@pytest.mark.parametrize("error", [c for c in CLASSES if c is not AssistantError])
def test_every_error_says_what_to_do(error: type[AssistantError]) -> None:
    assert error("It broke.").in_words() == f"It broke. {error.advice}"
    assert error.advice.endswith(".")


def test_the_module_tells_of_the_errors_that_stand_elsewhere() -> None:
    own = {error.__name__ for error in CLASSES}
    package = Path(errors.__file__).parent
    classes = [node for path in package.rglob("*.py") for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    elsewhere = {
        node.name
        for node in classes
        if isinstance(node, ast.ClassDef) and node.name not in own
        for base in node.bases
        if isinstance(base, ast.Name) and base.id in own
    }
    *_, told = (errors.__doc__ or "").split("\n\n")
    assert elsewhere == set(re.findall(r"\w+Error\b", told))


def test_an_error_without_advice_is_its_message() -> None:
    assert AssistantError("It broke.").in_words() == "It broke."


def test_an_unknown_article_reads_as_a_sentence_and_is_a_key_error() -> None:
    error = UnknownArticleError("There is no article 'x'.")
    assert str(error) == "There is no article 'x'."
    assert isinstance(error, KeyError)


def test_a_bad_question_is_a_value_error() -> None:
    assert issubclass(QuestionError, ValueError)
