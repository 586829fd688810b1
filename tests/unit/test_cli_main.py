import io
import os
import runpy
import sys
from pathlib import Path

import pytest

import assistant
from assistant import SettingsError
from assistant.cli import ExitCode, main

DAYS = ["--from", "2022-05-01", "--to", "2022-04-30"]


def _exit_of_parser(*argv: str) -> int | str | None:
    with pytest.raises(SystemExit) as stop:
        main(argv)
    return stop.value.code


def _give(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="ascii"))


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert _exit_of_parser("--version") == 0
    assert capsys.readouterr().out == f"assistant {assistant.__version__}\n"


def test_the_package_runs_as_a_module(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["anything", "--version"])
    with pytest.raises(SystemExit, match="0"):
        runpy.run_module("assistant", run_name="__main__")
    assert capsys.readouterr().out.startswith("assistant ")


def test_help_lists_the_commands_and_documents_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert _exit_of_parser("--help") == 0
    text = capsys.readouterr().out
    assert all(f"\n    {command} " in text for command in ("ask", "sync", "articles", "feedback", "chat"))
    codes = text.partition("exit codes:\n")[2].partition("\n\n")[0].splitlines()
    assert [int(line.split()[0]) for line in codes] == list(ExitCode)


@pytest.mark.parametrize("command", ["ask", "sync", "articles", "feedback", "feedback export", "chat"])
def test_the_common_options_are_accepted_behind_each_command(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _exit_of_parser(*command.split(), "--help") == 0
    text = capsys.readouterr().out
    assert all(option in text for option in ("--corpus DIR", "--index DIR", "--debug"))


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], "required: COMMAND"),
        (["answer"], "invalid choice: 'answer'"),
        (["ask"], "required: question"),
        (["ask", "Who?", "--publish", "X"], "unrecognized arguments: --publish X"),
        (["ask", "Who?", "--from", "yesterday"], "argument --from: 'yesterday' is not a date such as 2024-04-25"),
        (["ask", "Who?", "--to", "2023-02-29"], "argument --to: '2023-02-29' is not a date such as 2024-04-25"),
        (["ask", "Who?", "--top-k", "many"], "argument --top-k: invalid int value: 'many'"),
        (["feedback"], "required: COMMAND"),
        (["articles", "--show", "a", "--removed", "a"], "not allowed with argument --show"),
    ],
)
def test_a_wrong_command_line_is_exit_2_and_says_what_is_wrong(
    argv: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _exit_of_parser(*argv) == ExitCode.MISUSED
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["ask", ""], "assistant: The question is empty. Ask one question in a sentence or two.\n"),
        (["ask", " \t\n\x00"], "assistant: The question is empty. Ask one question in a sentence or two.\n"),
        (["ask", "Who?", *DAYS], "assistant: --from 2022-05-01 is later than --to 2022-04-30. "),
    ],
)
def test_what_cannot_be_asked_is_exit_2_before_anything_is_indexed(
    argv: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--index", "index", *argv]) == ExitCode.MISUSED
    out, err = capsys.readouterr()
    assert (out, Path("index").exists()) == ("", False)
    assert err.startswith(words)


def test_an_empty_standard_input_is_an_empty_question(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _give(monkeypatch, b" \n")
    assert main(["ask", "-"]) == ExitCode.MISUSED
    assert "The question is empty." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "port", "name"), [(["ask", "Who?", "--top-k", "0"], "80", "top_k"), (["sync"], "0", "port")]
)
def test_a_wrong_setting_is_exit_1_with_its_name_and_advice(
    argv: list[str], port: str, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASSISTANT_PORT", port)
    assert main(argv) == ExitCode.FAILED
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"assistant: {name}: ")
    assert err.endswith(f"{SettingsError.advice}\n")


@pytest.mark.parametrize("argv", [["--debug", "sync"], ["sync", "--debug"]])
def test_debug_raises_the_error_again(argv: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_PORT", "0")
    with pytest.raises(SettingsError):
        main(argv)


def test_an_interrupt_is_exit_130_without_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Interrupted(io.StringIO):
        def read(self, _size: int | None = -1) -> str:
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdin", Interrupted())
    assert main(["ask", "-"]) == ExitCode.INTERRUPTED
    assert capsys.readouterr() == ("", "")


def test_a_reader_that_went_away_is_exit_141_without_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reader, pipe = os.pipe()
    os.close(reader)
    with os.fdopen(pipe, "w", encoding="utf-8") as output:
        monkeypatch.setattr(sys, "stdout", output)
        assert main(["--help"]) == ExitCode.OUTPUT_CLOSED
    assert capsys.readouterr().err == ""


def test_output_that_cannot_be_written_is_exit_1_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as output:
        monkeypatch.setattr(sys, "stdout", output)
        assert main(["--help"]) == ExitCode.FAILED
    assert capsys.readouterr().err == "assistant: [Errno 28] No space left on device\n"
