"""The `assistant` command: in this process where only its output counts, as a real program where the shell does."""

import io
import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time
import unicodedata
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from assistant import Answer, Article, Assistant, Settings, Source
from assistant.cli import ExitCode, main
from assistant.feedback import feedback_on, write_feedback
from assistant.records import Removed
from eval.cases import load_cases, locate
from tests.articles import ARTICLES, write_corpus
from tests.servers import free_port

COST = "How much did the works on the Harbour bridge cost?"
QUOTE = "The works cost 48 million crowns, nine million more than planned."
HOCKEY = "Who won the world championship in ice hockey?"
BOOKS = "Сколько книг в библиотеке?"
SECONDS = 120
APP = Path(__file__).parents[2] / "app.py"

Output = pytest.CaptureFixture[str]


class Newsroom:
    """A corpus and its index, and the command run over both."""

    def __init__(self, folder: Path) -> None:
        self.corpus = write_corpus(folder / "news")
        self.index = folder / "index"
        self.options = ("--corpus", str(self.corpus), "--index", str(self.index))

    def main(self, *arguments: str) -> int:
        return main([*self.options, *arguments])

    def program(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "assistant", *self.options, *arguments]

    def run(
        self, *arguments: str, question: str = "", environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            self.program(*arguments),
            input=question.encode(),
            env={**os.environ, **(environment or {})},
            capture_output=True,
            check=False,
            timeout=SECONDS,
        )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    """Indexed, and not to be changed."""
    room = Newsroom(tmp_path_factory.mktemp("built"))
    assert room.main("sync", "--quiet") == ExitCode.DONE
    return room


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    """Not indexed, and free to be changed."""
    return Newsroom(tmp_path / "room")


# ask


def test_an_answer_and_its_sources_are_all_that_stands_on_standard_output(built: Newsroom, capsys: Output) -> None:
    assert built.main("ask", COST) == ExitCode.DONE
    out, err = capsys.readouterr()
    text, _, sources = out.partition("\n\nSources\n")
    assert QUOTE in text
    assert "\\" not in text
    numbered = re.findall(r"^\[(\d+)\] (.+)\n    (\S+), characters (\d+)–(\d+)$", sources, re.MULTILINE)
    assert [int(entry[0]) for entry in numbered] == list(range(1, len(numbered) + 1))
    assert numbered[0][1] == "Ellery Gazette, Clara Winfield, 2021-03-12: Harbour bridge to reopen in spring"
    with Assistant(Settings(corpus_dir=built.corpus, index_dir=built.index)) as bot:
        for number, _, article_id, start, end in numbered:
            quote = " ".join(bot.article(article_id).text[int(start) : int(end)].split())
            assert f"{quote} [{number}]" in text
    assert err == ""


def test_the_first_question_says_what_was_taken_in(room: Newsroom, capsys: Output) -> None:
    assert room.main("ask", COST) == ExitCode.DONE
    out, err = capsys.readouterr()
    assert QUOTE in out
    assert err == "The articles have changed: 3 added.\n"


def test_a_question_takes_in_what_has_changed(room: Newsroom, capsys: Output) -> None:
    room.main("sync", "--quiet")
    file = room.corpus / "2021/harbour.txt"
    file.write_text(file.read_text(encoding="utf-8").replace("48 million", "51 million"), encoding="utf-8")
    (room.corpus / "library.md").unlink()
    assert room.main("ask", COST) == ExitCode.DONE
    out, err = capsys.readouterr()
    assert "51 million crowns" in out
    assert err.splitlines() == [
        "metadata.yaml describes files that are not there: library.md.",
        "The articles have changed: 1 updated, 1 removed, 1 unchanged.",
    ]


@pytest.mark.parametrize(
    ("question", "code"), [(COST, ExitCode.DONE), (HOCKEY, ExitCode.REFUSED), (BOOKS, ExitCode.DONE)]
)
def test_json_is_the_whole_answer_and_nothing_else(
    built: Newsroom, question: str, code: ExitCode, capsys: Output
) -> None:
    assert built.main("ask", question, "--json") == code
    out, err = capsys.readouterr()
    answer = Answer.model_validate_json(out)
    assert out == answer.model_dump_json(indent=2) + "\n"
    assert answer.question == question
    assert answer.refused is (code == ExitCode.REFUSED)
    assert err == ""


def test_a_refusal_is_exit_3_and_shows_the_nearest_passages(built: Newsroom, capsys: Output) -> None:
    assert built.main("ask", HOCKEY) == ExitCode.REFUSED
    out = capsys.readouterr().out
    assert out.startswith("The articles at hand do not answer this question.")
    assert out.partition("\n\nNearest passages\n")[2].count("\n- ") == len(ARTICLES) - 1
    assert "Sources" not in out


def test_a_question_comes_from_standard_input_too(
    built: Newsroom, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BOOKS.encode()), encoding="ascii"))
    assert built.main("ask", "-") == ExitCode.DONE
    assert "120 тысяч книг" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--from", "2022-01-01"], {"2022/orchard.txt", "library.md"}),
        (["--from", "2022-04-28", "--to", "2022-04-28"], {"2022/orchard.txt"}),
        (["--publisher", "Ellery Gazette"], {"2021/harbour.txt"}),
        (["--publisher", "Ellery Gazette", "--publisher", "Северский вестник"], {"2021/harbour.txt", "library.md"}),
        (["--article", "2021/harbour.txt", "--article", "2022/orchard.txt"], {"2021/harbour.txt", "2022/orchard.txt"}),
        (["--article", "library.md", "--publisher", "Ellery Gazette"], set()),
        (["--top-k", "1"], {"2021/harbour.txt"}),
    ],
)
def test_options_decide_what_is_searched(built: Newsroom, options: list[str], found: set[str], capsys: Output) -> None:
    built.main("ask", COST, "--json", *options)
    answer = Answer.model_validate_json(capsys.readouterr().out)
    assert {passage.source.id for passage in answer.passages} == found


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--publisher", "Elery Gazette"], "No article fits --publisher Elery Gazette."),
        (["--article", "x.txt", "--publisher", "Y"], "No article fits --publisher Y, --article x.txt."),
    ],
)
def test_a_filter_that_names_nothing_is_exit_2(built: Newsroom, options: list[str], words: str, capsys: Output) -> None:
    assert built.main("ask", COST, *options) == ExitCode.MISUSED
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"assistant: {words} `assistant articles` lists")


@pytest.mark.parametrize(
    ("question", "words"), [("x " * 3000, "6,000 characters; at most 4,000"), ("?!", "no word to search for")]
)
def test_a_question_that_cannot_be_read_is_exit_2(built: Newsroom, question: str, words: str, capsys: Output) -> None:
    assert built.main("ask", question) == ExitCode.MISUSED
    assert words in capsys.readouterr().err


def test_a_missing_corpus_is_exit_1_with_advice(tmp_path: Path, capsys: Output) -> None:
    assert main(["ask", COST, "--corpus", "nowhere", "--index", str(tmp_path / "i")]) == ExitCode.FAILED
    out, err = capsys.readouterr()
    assert out == ""
    assert "nowhere" in err
    assert err.endswith("Set ASSISTANT_CORPUS_DIR to a folder of .txt or .md files.\n")


# sync


def test_a_sync_lists_what_changed(room: Newsroom, capsys: Output) -> None:
    (room.corpus / "empty.txt").touch()
    assert room.main("sync") == ExitCode.DONE
    assert capsys.readouterr().out.splitlines() == [
        *(f"added {name}" for name in sorted(ARTICLES)),
        "skipped empty.txt: empty",
        "3 added, 1 skipped",
    ]
    (room.corpus / "library.md").unlink()
    assert room.main("sync") == ExitCode.DONE
    assert capsys.readouterr().out.splitlines() == [
        "removed library.md",
        "skipped empty.txt: empty",
        "metadata.yaml describes files that are not there: library.md.",
        "1 removed, 2 unchanged, 1 skipped",
    ]


def test_a_quiet_sync_says_nothing(room: Newsroom, capsys: Output) -> None:
    assert room.main("sync", "--quiet") == ExitCode.DONE
    assert capsys.readouterr() == ("", "")


def test_a_damaged_index_is_exit_1_until_it_is_rebuilt(room: Newsroom, capsys: Output) -> None:
    room.main("sync", "--quiet")
    for file in room.index.rglob("*"):
        if file.is_file():
            file.write_bytes(b"not an index " * 1000)
    assert room.main("ask", COST) == ExitCode.FAILED
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith("Rebuild it from the articles with `assistant sync --rebuild`.\n")
    assert room.main("sync", "--rebuild", "--quiet") == ExitCode.DONE
    assert room.main("ask", COST) == ExitCode.DONE
    assert QUOTE in capsys.readouterr().out


# articles


def test_the_articles_are_rows_for_other_programs(built: Newsroom, capsys: Output) -> None:
    assert built.main("articles") == ExitCode.DONE
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [row[0] for row in rows] == sorted(ARTICLES)
    assert rows[0][1:] == ["2021-03-12", "Ellery Gazette", "en", "Harbour bridge to reopen in spring"]


def test_the_articles_as_json_are_their_sources(built: Newsroom, capsys: Output) -> None:
    assert built.main("articles", "--json") == ExitCode.DONE
    sources = [Source.model_validate(entry) for entry in json.loads(capsys.readouterr().out)]
    with Assistant(Settings(corpus_dir=built.corpus, index_dir=built.index)) as bot:
        assert sources == bot.articles()


def test_one_article_is_shown_with_its_facts_and_its_text(built: Newsroom, capsys: Output) -> None:
    assert built.main("articles", "--show", "2021/harbour.txt") == ExitCode.DONE
    shown = capsys.readouterr().out
    assert built.main("articles", "--show", "2021/harbour.txt", "--json") == ExitCode.DONE
    article = Article.model_validate_json(capsys.readouterr().out)
    head, _, text = shown.partition("\n\n")
    assert text == article.text + "\n"
    assert "publisher: Ellery Gazette\nauthor: Clara Winfield\npublished: 2021-03-12" in head


@pytest.mark.parametrize("option", ["--show", "--removed"])
def test_an_unknown_article_is_exit_1(built: Newsroom, option: str, capsys: Output) -> None:
    assert built.main("articles", option, "harbour") == ExitCode.FAILED
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "assistant: No article has the id 'harbour'. `assistant articles` lists the ids.\n"


def test_what_cleaning_removed_is_shown_with_reason_line_and_text(room: Newsroom, capsys: Output) -> None:
    file = room.corpus / "2022/orchard.txt"
    furniture = "\nLeave a Reply\n\nYour email address will not be published. Required fields are marked *\n"
    body = file.read_text(encoding="utf-8")
    file.write_text(body + furniture, encoding="utf-8")
    assert room.main("articles", "--removed", "2022/orchard.txt", "--json") == ExitCode.DONE
    runs = [Removed.model_validate(entry) for entry in json.loads(capsys.readouterr().out)]
    assert any("Leave a Reply" in run.text for run in runs)
    assert room.main("articles", "--removed", "2022/orchard.txt") == ExitCode.DONE
    shown = capsys.readouterr().out
    line = (body + furniture).splitlines().index("Leave a Reply") + 1
    assert re.search(rf"^line {line}: .+\n    Leave a Reply$", shown, re.MULTILINE)
    assert all(f": {run.reason}\n" in shown for run in runs)


def test_an_article_whose_file_name_has_its_accents_apart_leads_to_its_file(room: Newsroom, capsys: Output) -> None:
    file = room.corpus / unicodedata.normalize("NFD", "Май/Ёлка.txt")
    file.parent.mkdir()
    file.write_text("The mill burned down. Nobody was hurt.\n\nLeave a Reply\n", encoding="utf-8")
    assert room.main("articles", "--removed", "Май/Ёлка.txt") == ExitCode.DONE
    assert "Leave a Reply" in capsys.readouterr().out
    assert room.main("articles", "--show", "Май/Ёлка.txt", "--json") == ExitCode.DONE
    assert Path(json.loads(capsys.readouterr().out)["path"]) == file


def test_nothing_removed_is_nothing_shown(room: Newsroom, capsys: Output) -> None:
    (room.corpus / "whole.txt").write_text("The mill burned down. Nobody was hurt.\n", encoding="utf-8")
    assert room.main("articles", "--removed", "whole.txt") == ExitCode.DONE
    assert capsys.readouterr().out == ""


# feedback


@pytest.fixture
def thumbs(built: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of feedback: an answer and a refusal that helped, and that answer again."""
    path = tmp_path / "feedback.jsonl"
    monkeypatch.setenv("ASSISTANT_FEEDBACK_FILE", str(path))
    with Assistant(Settings(corpus_dir=built.corpus, index_dir=built.index)) as bot:
        for answer_id, question in enumerate((COST, HOCKEY, COST)):
            write_feedback(path, feedback_on(bot.ask(question), str(answer_id), helpful=True))
    return path


def test_thumbs_up_become_cases_that_the_articles_prove(
    built: Newsroom, thumbs: Path, tmp_path: Path, capsys: Output
) -> None:
    assert thumbs.exists()
    output = tmp_path / "cases.yaml"
    assert built.main("feedback", "export", "--output", str(output)) == ExitCode.DONE
    out, err = capsys.readouterr()
    assert (out, err) == ("", "2 of 3 thumbs became cases; 0 of these cases are to be filled in.\n")
    cost, hockey = load_cases([output])
    assert (cost.question, hockey.question, hockey.answerable) == (COST, HOCKEY, False)
    with Assistant(Settings(corpus_dir=built.corpus, index_dir=built.index)) as bot:
        texts = {source.id: bot.article(source.id).text for source in bot.articles()}
    assert locate(cost, texts)
    assert QUOTE in {quote.quote for quote in cost.evidence}


def test_every_thumb_becomes_a_case_on_request(thumbs: Path, capsys: Output) -> None:
    answer = Answer(question="Когда?", standalone_question="Когда?", text="«Нет».", refused=True)
    write_feedback(thumbs, feedback_on(answer, "down", helpful=False, reason="Есть."))
    assert main(["feedback", "export", "--all"]) == ExitCode.DONE
    out, err = capsys.readouterr()
    assert out.count("\n- id: ") == 4
    assert "# the reader said: Есть.\n# the answer was: «Нет».\n" in out
    assert err == "4 of 4 thumbs became cases; 1 of these cases are to be filled in.\n"


def test_where_no_thumb_is_kept_there_is_nothing_to_export(tmp_path: Path, capsys: Output) -> None:
    assert main(["feedback", "export", "--output", "cases.yaml"]) == ExitCode.FAILED
    assert capsys.readouterr().err.startswith("assistant: No reader has given feedback yet: there is none in ")
    assert not (tmp_path / "cases.yaml").exists()


@pytest.mark.parametrize(("output", "words"), [("there.yaml", "File exists"), ("no/where", "No such file")])
def test_cases_go_only_into_a_new_file(thumbs: Path, output: str, words: str, capsys: Output) -> None:
    Path("there.yaml").write_text("reviewed", encoding="utf-8")
    assert thumbs.exists()
    assert main(["feedback", "export", "--output", output]) == ExitCode.FAILED
    assert capsys.readouterr().err.startswith(f"assistant: {output} cannot be written: {words}")
    assert Path("there.yaml").read_text(encoding="utf-8") == "reviewed"


def test_a_broken_line_of_feedback_is_exit_1(thumbs: Path, capsys: Output) -> None:
    thumbs.write_text("thumb\n", encoding="utf-8")
    assert main(["feedback", "export"]) == ExitCode.FAILED
    out, err = capsys.readouterr()
    assert out == ""
    assert f"{thumbs}, line 1: this is no feedback" in err


# The program in a shell


def test_the_program_writes_utf_8_whatever_the_locale(built: Newsroom) -> None:
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    run = built.run("ask", BOOKS, environment=ascii_only)
    assert run.returncode == ExitCode.DONE
    assert "120 тысяч книг" in run.stdout.decode()
    assert run.stderr == b""


def test_the_program_answers_from_nothing_with_json_alone_on_standard_output(room: Newsroom) -> None:
    run = room.run("ask", "-", "--json", question=BOOKS, environment={"LC_ALL": "C"})
    assert run.returncode == ExitCode.DONE
    assert "120 тысяч книг" in Answer.model_validate_json(run.stdout).text
    assert run.stdout.startswith(b"{\n")
    assert run.stderr == b"The articles have changed: 3 added.\n"


def test_bytes_that_are_no_text_are_an_odd_question_and_no_accident(built: Newsroom) -> None:
    run = built.run("ask", os.fsdecode(b"\xff\xfe bridge \x80 cost?"), "--json")
    assert run.returncode in (ExitCode.DONE, ExitCode.REFUSED)
    assert Answer.model_validate_json(run.stdout).question == "\ufffd\ufffd bridge \ufffd cost?"


def test_a_reader_that_stops_reading_meets_silence(built: Newsroom) -> None:
    reader, pipe = os.pipe()
    os.close(reader)
    run = subprocess.run(built.program("articles"), stdout=pipe, stderr=subprocess.PIPE, check=False, timeout=SECONDS)
    os.close(pipe)
    assert (run.returncode, run.stderr) == (ExitCode.OUTPUT_CLOSED, b"")


@pytest.mark.parametrize("command", ["sync", "app"])
def test_an_interrupted_sync_is_exit_130_and_the_next_one_completes_it(room: Newsroom, command: str) -> None:
    run_it = room.program("sync", "--quiet") if command == "sync" else [sys.executable, str(APP), *room.options]
    for number in range(200):
        text = " ".join(
            f"Report {number} of {part} says that the river stood at {number * part} feet." for part in range(40)
        )
        (room.corpus / f"{number}.txt").write_text(text, encoding="utf-8")
    environment = {**os.environ, "ASSISTANT_PORT": str(free_port())}
    with subprocess.Popen(run_it, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as run:
        _wait_until(lambda: room.index.exists() and any(room.index.iterdir()))
        time.sleep(1)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=SECONDS)
    assert (run.returncode, out) == (ExitCode.INTERRUPTED, b"")
    # The page shows how far its sync is.
    assert err == b"" if command == "sync" else b"Traceback" not in err
    for number in range(3, 200):
        (room.corpus / f"{number}.txt").unlink()
    assert room.main("sync", "--quiet") == ExitCode.DONE
    assert room.main("ask", COST) == ExitCode.DONE


def test_a_terminal_gets_styles_and_no_colours_where_it_wants_none(built: Newsroom) -> None:
    written = _on_a_terminal(built.program("ask", COST), {"NO_COLOR": "1"})
    assert "48 million crowns" in written
    assert "\x1b[1mSources\x1b[0m" in written
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]", written)


def test_chat_serves_the_page_until_it_is_interrupted(built: Newsroom) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "ASSISTANT_PORT": str(port)}
    with subprocess.Popen(
        built.program("chat"), env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE
    ) as run:
        assert run.stderr is not None
        words = iter(run.stderr.readline, b"")
        line = next(line for line in words if b"page is at" in line).decode()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=SECONDS) as page:
            assert page.status == 200
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=SECONDS)
    assert f"http://127.0.0.1:{port}" in line
    assert run.returncode in (ExitCode.DONE, ExitCode.INTERRUPTED)


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _on_a_terminal(command: Sequence[str], environment: dict[str, str]) -> str:
    """What a program writes when its standard output is a terminal."""
    master, terminal = pty.openpty()
    variables = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", **environment}
    with subprocess.Popen(command, stdout=terminal, env=variables) as run:
        os.close(terminal)
        written = b"".join(_read_terminal(master))
        assert run.wait(SECONDS) == ExitCode.DONE
    os.close(master)
    return written.decode()


def _read_terminal(master: int) -> Iterator[bytes]:
    while select.select([master], [], [], SECONDS)[0]:
        try:
            data = os.read(master, 65536)
        except OSError:
            # How Linux says that the other end is closed.
            return
        if not data:
            return
        yield data
