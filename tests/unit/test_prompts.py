from pathlib import Path
from string import Template

import pytest

from assistant.errors import PromptError
from assistant.prompts import PROMPTS, load_prompt, prompt_folder, prompt_languages


@pytest.fixture
def greeting(tmp_path: Path) -> Path:
    (tmp_path / "greet.md").write_text("Good $time, $name: that makes $$5.\n", encoding="utf-8")
    return tmp_path


def test_a_prompt_is_filled_in(greeting: Path) -> None:
    prompt = load_prompt("greet", frozenset({"time", "name"}), greeting)
    assert prompt.substitute(time="morning", name="Ada") == "Good morning, Ada: that makes $5."


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        ({"time", "name", "place"}, r"greet\.md lacks \$place\."),
        ({"time"}, r"greet\.md uses the unknown \$name\."),
        ({"place", "time"}, r"greet\.md lacks \$place and uses the unknown \$name\."),
    ],
)
def test_a_variable_that_does_not_fit_is_named(greeting: Path, variables: set[str], problem: str) -> None:
    with pytest.raises(PromptError, match=problem):
        load_prompt("greet", frozenset(variables), greeting)


def test_a_lone_dollar_sign_is_refused(tmp_path: Path) -> None:
    (tmp_path / "price.md").write_text("It costs $5.", encoding="utf-8")
    with pytest.raises(PromptError, match=r"price\.md has a dollar sign .* written \$\$"):
        load_prompt("price", frozenset(), tmp_path)


def test_a_missing_prompt_is_named(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match=r"absent\.md cannot be read"):
        load_prompt("absent", frozenset(), tmp_path)


def test_a_prompt_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.md").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(PromptError, match=r"bad\.md cannot be read"):
        load_prompt("bad", frozenset(), tmp_path)


def test_the_languages_of_a_prompt_are_its_files(tmp_path: Path) -> None:
    for name in ("bye.fr.md", "bye.en.md", "bye.md", "goodbye.de.md"):
        (tmp_path / name).write_text("-", encoding="utf-8")
    assert prompt_languages("bye", tmp_path) == ("en", "fr")
    assert prompt_languages("hello", tmp_path) == ()


def test_an_installed_package_reads_the_templates_packed_with_it(tmp_path: Path) -> None:
    package = tmp_path / "assistant"
    package.mkdir()
    assert prompt_folder(package) == tmp_path / "prompts"
    (package / "templates").mkdir()
    assert prompt_folder(package) == package / "templates"


def test_the_refusal_is_written_in_twelve_languages() -> None:
    expected = ("ar", "az", "de", "en", "es", "fa", "fr", "hy", "ka", "ru", "tr", "uk")
    assert prompt_languages("refusal") == expected


@pytest.mark.parametrize("language", prompt_languages("refusal"))
def test_a_refusal_is_two_sentences_in_one_line_without_variables(language: str) -> None:
    text = load_prompt(f"refusal.{language}").substitute()
    assert "\n" not in text
    assert sum(text.count(stop) for stop in ".։") == 2


def test_every_shipped_prompt_is_a_valid_template() -> None:
    paths = sorted(PROMPTS.rglob("*.md"))
    assert paths
    assert [path.name for path in paths if not _is_valid(path)] == []


def _is_valid(path: Path) -> bool:
    return Template(path.read_text(encoding="utf-8")).is_valid()
