import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple, get_args

import pytest
import yaml
from babel import Locale

import assistant.ui
from assistant.records import AnswerStage, Support
from assistant.ui import bridge
from assistant.ui.choosing import MODES
from assistant.ui.html.messages import RATINGS
from assistant.ui.labels import labels
from assistant.ui.parts import LENGTHS
from assistant.ui.words import DEFAULT, LANGUAGES, Words, preferred_language, words_in

FOLDER = Path(assistant.ui.__file__).parent
DATA = FOLDER.parent / "data" / "words"
TREES = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.rglob("*.py"))]
ENGLISH: dict[str, Any] = yaml.safe_load((DATA / f"{DEFAULT}.yaml").read_text(encoding="utf-8"))

# The keys that are put together in the code, by how they begin.
ACTIONS = ("copy", "retry", "edit", "widen", *RATINGS.values())
STAGES = [name for name in get_args(AnswerStage.model_fields["name"].annotation) if name != "reading"]
BUILT = {
    "action.": ACTIONS,
    "menu.length.": LENGTHS,
    "menu.mode.": MODES,
    "stage.": STAGES,
    "support.": get_args(Support),
}
BUILT_KEYS = {prefix + end for prefix, ends in BUILT.items() for end in ends}

others = pytest.mark.parametrize("code", [code for code in LANGUAGES if code != DEFAULT])
all_languages = pytest.mark.parametrize("code", LANGUAGES)


class _Use(NamedTuple):
    """Where the code asks for a text: its key, whether it is counted, the names it fills in."""

    key: str
    counted: bool
    names: set[str]


def _texts(code: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DATA / f"{code}.yaml").read_text(encoding="utf-8"))
    return loaded


def _forms(text: str | dict[str, str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text.values())


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _constants(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _constants(node.body)
        yield from _constants(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _asked(call: ast.Call) -> ast.expr | None:
    """The argument of a call that is a key: words(key), words.count(key), words_in(code)(key), helper(words, key)."""
    if re.search(r"\bwords(\.count|_in\(.*\))?$", ast.unparse(call.func)):
        return call.args[0]
    taken = [ast.unparse(argument) for argument in call.args[:1]]
    return call.args[1] if taken == ["words"] and len(call.args) > 1 else None


def _calls() -> list[tuple[ast.Call, ast.expr]]:
    found = (node for tree in TREES for node in ast.walk(tree) if isinstance(node, ast.Call))
    asked = ((call, _asked(call)) for call in found if ast.unparse(call.func) != "words_in")
    return [(call, key) for call, key in asked if key is not None]


def _uses() -> list[_Use]:
    return [
        _Use(key, ast.unparse(call.func).endswith(".count"), {keyword.arg or "" for keyword in call.keywords})
        for call, asked in _calls()
        for key in _constants(asked)
    ]


def test_each_language_has_a_file_and_each_file_a_language() -> None:
    assert {path.stem for path in DATA.iterdir()} == set(LANGUAGES)


@all_languages
def test_no_text_is_written_twice(code: str) -> None:
    lines = (DATA / f"{code}.yaml").read_text(encoding="utf-8").splitlines()
    keys = [line.partition(":")[0] for line in lines if line and not line.startswith(("#", " "))]
    assert keys == list(_texts(code))


@others
def test_every_language_has_the_texts_of_english_in_the_same_order(code: str) -> None:
    assert list(_texts(code)) == list(ENGLISH)


@others
def test_every_text_fills_in_the_same_names(code: str) -> None:
    texts = _texts(code)
    for key, english in ENGLISH.items():
        expected = _names(_forms(english)[0])
        assert [_names(form) for form in _forms(texts[key])] == [expected] * len(_forms(texts[key])), key


@all_languages
def test_where_a_number_decides_there_are_the_forms_of_the_language(code: str) -> None:
    expected = {*Locale.parse(code).plural_form.tags, "other"}
    texts = _texts(code)
    assert {key for key in texts if isinstance(texts[key], dict)} == {
        key for key in ENGLISH if isinstance(ENGLISH[key], dict)
    }
    for key, text in texts.items():
        if isinstance(text, dict):
            assert set(text) == expected, key


@others
def test_nothing_is_left_in_english(code: str) -> None:
    texts = _texts(code)
    english = {form for text in ENGLISH.values() for form in _forms(text)}
    assert not [key for key in texts if english.intersection(_forms(texts[key]))]


@all_languages
def test_no_text_is_empty_or_has_blanks_to_trim(code: str) -> None:
    forms = [form for text in _texts(code).values() for form in _forms(text)]
    assert all(forms)
    assert forms == [" ".join(form.split()) for form in forms]


def test_every_text_is_used_and_every_text_used_is_there() -> None:
    assert set(ENGLISH) == {use.key for use in _uses()} | BUILT_KEYS | set(bridge.LISTED)


def test_every_key_in_the_code_has_a_text_of_its_kind_with_its_names() -> None:
    uses = _uses()
    assert len(uses) > 50
    for use in uses:
        text = ENGLISH[use.key]
        assert isinstance(text, dict) == use.counted, use.key
        assert _names(_forms(text)[0]) == ({"number"} if use.counted else use.names), use.key


def test_every_key_that_the_code_puts_together_has_a_text() -> None:
    built = [key for _, asked in _calls() for key in ast.walk(asked) if isinstance(key, ast.JoinedStr)]
    beginnings = {str(key.values[0].value) for key in built if isinstance(key.values[0], ast.Constant)}
    assert beginnings == {"action.", "stage.", "support."}
    assert set(ENGLISH) >= BUILT_KEYS


def test_the_browser_is_told_the_texts_that_it_shows() -> None:
    script = (FOLDER / "page.js").read_text(encoding="utf-8")
    assert set(re.findall(r'words\["([^"]+)"\]', script)) == set(bridge.LISTED)


@all_languages
def test_components_have_labels_in_every_language(code: str) -> None:
    made, english = labels(words_in(code)), labels(words_in(DEFAULT))
    assert {name: set(arguments) for name, arguments in made.items()} == {
        name: set(arguments) for name, arguments in english.items()
    }


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, "0 статей"),
        (1, "1 статья"),
        (2, "2 статьи"),
        (5, "5 статей"),
        (11, "11 статей"),
        (21, "21 статья"),
        (22, "22 статьи"),
        (25, "25 статей"),
        (111, "111 статей"),
    ],
)
def test_a_number_decides_the_form_in_russian(number: int, expected: str) -> None:
    assert words_in("ru").count("facts.articles", number) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("en", ["0 articles", "1 article", "2 articles", "12,345 articles"]),
        ("az", ["0 məqalə", "1 məqalə", "2 məqalə", "12.345 məqalə"]),
        ("hy", ["0 հոդված", "1 հոդված", "2 հոդված", "12 345 հոդված"]),
    ],
)
def test_a_number_stands_as_each_language_writes_it(code: str, expected: list[str]) -> None:
    counted = [words_in(code).count("facts.articles", number) for number in (0, 1, 2, 12345)]
    assert [" ".join(text.split()) for text in counted] == expected


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("en", "from 2 May 2024", "to 2 May 2024"),
        ("ru", "не раньше 2 мая 2024 г.", "не позже 2 мая 2024 г."),
        ("az", "2 may 2024 tarixindən", "2 may 2024 tarixinədək"),
        ("hy", "ոչ շուտ, քան 02 մայիսի, 2024 թ.", "ոչ ուշ, քան 02 մայիսի, 2024 թ."),
    ],
)
def test_a_filter_by_date_reads_as_each_language_says_it(code: str, first: str, last: str) -> None:
    words = words_in(code)
    day = words.day(date(2024, 5, 2))
    said = [words("filter.from", day=day), words("filter.to", day=day)]
    assert [" ".join(text.split()) for text in said] == [first, last]


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("en", ["English", "Russian", "Azerbaijani", "Armenian"]),
        ("ru", ["английский", "русский", "азербайджанский", "армянский"]),
        ("az", ["ingilis", "rus", "azərbaycan", "erməni"]),
        ("hy", ["անգլերեն", "ռուսերեն", "ադրբեջաներեն", "հայերեն"]),
    ],
)
def test_languages_are_called_as_each_language_calls_them(code: str, names: list[str]) -> None:
    assert [words_in(code).language(other) for other in LANGUAGES] == names


@all_languages
def test_a_language_without_a_name_goes_by_its_code(code: str) -> None:
    assert words_in(code).language("qqx") == "qqx"


@pytest.mark.parametrize("code", ["", "de", "EN", "../words/ru", "ru\n"])
def test_the_page_speaks_english_where_it_does_not_know_a_language(code: str) -> None:
    words = words_in(code)
    assert words.code == "en"
    assert words("question.label") == "Question"


def test_a_text_may_hold_what_looks_like_a_name_in_braces() -> None:
    words = Words("en", {"known": "Only: {scope}", "plain": "A {brace"})
    assert words("known", scope="{day} {") == "Only: {day} {"
    assert words("plain") == "A {brace"


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("", "en"),
        ("*", "en"),
        ("de", "en"),
        ("hy", "hy"),
        ("HY-am", "hy"),
        ("az-Latn-AZ", "az"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("de-DE,de;q=0.9,az;q=0.5,*;q=0.1", "az"),
        # Weights count, not the order; of equal ones, the first.
        ("en;q=0.3, ru;q=0.7, hy;q=0.5", "ru"),
        ("en;q=0.8,az", "az"),
        ("az;q=0.50,hy;q=0.5", "az"),
        ("ru;q=0.001,hy;q=1.000", "hy"),
        (" ru ; q=0.4 ,\thy;q=0.6 ", "hy"),
        # Weight 0 means: not this one.
        ("ru;q=0,hy;q=0.1", "hy"),
        ("ru;q=0.000", "en"),
        # What cannot be read is passed over.
        ("ru;q=high,hy;q=0.2", "hy"),
        ("ru;q=7,az;q=0.2", "az"),
        ("ru;q=-1,az;q=nan", "en"),
        (";;;,,=q,-,ru-,\x00,Русский", "en"),
        ("q=0.5;ru, {hy}, az\n\n;", "en"),
        ("ru" * 5000, "en"),
    ],
)
def test_the_page_speaks_the_language_that_a_browser_prefers(accepted: str, expected: str) -> None:
    assert preferred_language(accepted) == expected
