"""The `assistant` command: ask, sync, articles, feedback, chat.

What a command finds goes to standard output, how it came about goes to standard error. Errors become words in `main`
and nowhere else.
"""

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from enum import IntEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from assistant import __version__
from assistant.errors import AssistantError, FeedbackError, QuestionError

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.cli_output import Writer
    from assistant.records import Article, Filters
    from assistant.settings import Settings

Found = TypeVar("Found")

PROGRAM = "assistant"
STANDARD_INPUT = "-"
LOCAL_RAY = "local"

EPILOG = """\
exit codes:
  0    answered, or done
  1    failed; the message says why and what to do about it
  2    wrong usage: an option, a date, a filter, a question without words or too long
  3    the articles do not answer the question
  130  interrupted
  141  whoever read the output stopped reading

Settings come from ASSISTANT_* variables and .env; an option goes before both.
"""


class ExitCode(IntEnum):
    """How a command ended."""

    DONE = 0
    FAILED = 1
    MISUSED = 2
    REFUSED = 3
    INTERRUPTED = 130
    # What a shell reports of a program that SIGPIPE ended.
    OUTPUT_CLOSED = 141


class UsageError(AssistantError):
    """A command's options do not fit each other, or not the articles."""

    advice = "`assistant articles` lists what there is, `assistant ask --help` the options."


class OutputError(AssistantError):
    """A file that was asked for cannot be written."""

    advice = "Name another with --output; a file that is there is never overwritten."


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code.

    Raises:
        SystemExit: the command line cannot be parsed, or only asks for help or the version.
        AssistantError: with `--debug`, which wants the traceback instead of words.
    """
    _speak_utf8()
    debug = False
    try:
        try:
            arguments = _parser().parse_args(argv)
            debug = arguments.debug
            return int(arguments.run(arguments))
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return ExitCode.OUTPUT_CLOSED
    except (AssistantError, OSError) as error:
        if debug:
            raise
        return _report(error)


def _report(error: AssistantError | OSError) -> ExitCode:
    if isinstance(error, AssistantError):
        _say(f"{PROGRAM}: {error.in_words()}")
        return ExitCode.MISUSED if isinstance(error, QuestionError | UsageError) else ExitCode.FAILED
    _say(f"{PROGRAM}: {error}")
    _drop_output()
    return ExitCode.FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Answers questions over a folder of news articles and cites the passage behind every sentence.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    _add_common_options(parser, default=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, words, add_options, run in (
        ("ask", "Answer a question from the articles.", _add_ask_options, _ask),
        ("sync", "Bring the index up to date with the articles.", _add_sync_options, _sync),
        ("articles", "List the articles, or show one.", _add_articles_options, _articles),
        ("feedback", "What readers said of the answers.", _add_feedback_commands, None),
        ("chat", "Serve the chat page.", None, _chat),
    ):
        command = commands.add_parser(name, help=words, description=words, allow_abbrev=False)
        if add_options:
            add_options(command)
        # They are accepted here too; without a default, so that what stood before the command is kept.
        _add_common_options(command, default=argparse.SUPPRESS)
        if run:
            command.set_defaults(run=run)
    return parser


def _add_common_options(parser: argparse.ArgumentParser, default: str | None) -> None:
    add = parser.add_argument
    add("--corpus", metavar="DIR", type=Path, default=default, help="folder of the articles")
    add("--index", metavar="DIR", type=Path, default=default, help="folder of the index")
    add("--debug", action="store_true", default=default, help="show the traceback of an error")


def _add_ask_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("question", type=_text, help=f"the question; {STANDARD_INPUT} reads it from standard input")
    add("--json", action="store_true", help="write the whole answer as JSON")
    add("--from", metavar="DATE", type=_date, dest="first", help="only articles of this day or later, as 2024-04-25")
    add("--to", metavar="DATE", type=_date, dest="last", help="only articles of this day or earlier")
    add("--publisher", metavar="NAME", type=_text, action="append", default=[], help="only this outlet; repeatable")
    add("--article", metavar="ID", type=_text, action="append", default=[], help="only this article; repeatable")
    add("--top-k", metavar="N", type=int, help="how many passages to answer from")
    add("--trace", metavar="FILE", type=Path, help="add a line of JSON to a file: how the answer came about")


def _add_sync_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rebuild", action="store_true", help="make the index anew, whatever state it is in")
    parser.add_argument("--quiet", action="store_true", help="write nothing but errors")
    words = "have a Ray cluster do the work: host:port of its head, auto, or nothing to start one on this machine"
    parser.add_argument("--ray", metavar="ADDRESS", nargs="?", const=LOCAL_RAY, help=words)


def _add_articles_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="write JSON")
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--show", metavar="ID", type=_text, help="show one article as it is searched")
    one.add_argument("--removed", metavar="ID", type=_text, help="show what cleaning left out of one article, and why")


def _add_feedback_commands(parser: argparse.ArgumentParser) -> None:
    words = "Write readers' thumbs as cases for the evaluation, to be reviewed and filled in."
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    export = commands.add_parser("export", help=words, description=words, allow_abbrev=False)
    export.add_argument("--output", metavar="FILE", type=Path, help="a new file; by default standard output")
    export.add_argument("--all", action="store_true", help="also repeats: a case for each thumb on the same question")
    _add_common_options(export, default=argparse.SUPPRESS)
    export.set_defaults(run=_export_feedback)


def _text(argument: str) -> str:
    # Where the locale knows no UTF-8, Python hands its bytes on as surrogates.
    return argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _date(argument: str) -> date:
    try:
        return date.fromisoformat(argument)
    except ValueError as error:
        message = f"{argument!r} is not a date such as 2024-04-25"
        raise argparse.ArgumentTypeError(message) from error


def _ask(arguments: argparse.Namespace) -> ExitCode:
    from assistant.assistant import Assistant
    from assistant.cli_output import write_answer

    settings = _settings(arguments)
    question = _question(arguments.question, settings.max_question_chars)
    filters = _filters(arguments)
    with Assistant(settings) as bot:
        _bring_up_to_date(bot)
        if filters:
            _check_names(bot.unknown(filters))
        answer = bot.ask(question, filters=filters)
    _put(answer, write_answer, as_json=arguments.json)
    return ExitCode.REFUSED if answer.refused else ExitCode.DONE


def _sync(arguments: argparse.Namespace) -> ExitCode:
    from assistant.assistant import Assistant
    from assistant.cli_output import write_sync

    quiet: bool = arguments.quiet
    with Assistant(_settings(arguments)) as bot:
        bars = sys.stderr.isatty() and not quiet
        announce = None if quiet else _say
        report = bot.sync(rebuild=arguments.rebuild, progress=bars, announce=announce, ray=arguments.ray)
    if not quiet:
        _put(report, write_sync, as_json=False)
    return ExitCode.DONE


def _articles(arguments: argparse.Namespace) -> ExitCode:
    from assistant import cli_output
    from assistant.assistant import Assistant

    with Assistant(_settings(arguments)) as bot:
        _bring_up_to_date(bot)
        if arguments.show is not None:
            _put(bot.article(arguments.show), cli_output.write_article, as_json=arguments.json)
        elif arguments.removed is not None:
            write = partial(cli_output.write_removed, _decoded(bot.article(arguments.removed)))
            _put(bot.removed(arguments.removed), write, as_json=arguments.json)
        else:
            _put(bot.articles(), cli_output.write_articles, as_json=arguments.json)
    return ExitCode.DONE


def _export_feedback(arguments: argparse.Namespace) -> ExitCode:
    from assistant.feedback import read_feedback
    from assistant.feedback_cases import cases_yaml, is_whole, without_repeats

    path = _settings(arguments).feedback_path
    thumbs = read_feedback(path)
    if not thumbs:
        message = f"No reader has given feedback yet: there is none in {path}."
        raise FeedbackError(message)
    chosen = thumbs if arguments.all else without_repeats(thumbs)
    _write_new(arguments.output, cases_yaml(chosen))
    unfinished = sum(not is_whole(feedback) for feedback in chosen)
    _say(f"{len(chosen)} of {len(thumbs)} thumbs became cases; {unfinished} of these cases are to be filled in.")
    return ExitCode.DONE


def _chat(arguments: argparse.Namespace) -> ExitCode:
    from assistant.assistant import Assistant
    from assistant.ui import serve

    with Assistant(_settings(arguments)) as bot:
        serve(bot, _say)
    return ExitCode.DONE


def _settings(arguments: argparse.Namespace) -> "Settings":
    from assistant.settings import Settings

    options = {
        "corpus_dir": arguments.corpus,
        "index_dir": arguments.index,
        "top_k": getattr(arguments, "top_k", None),
        "trace_file": getattr(arguments, "trace", None),
    }
    settings = Settings(**{name: value for name, value in options.items() if value is not None})
    if settings.log_file:
        from assistant.logs import write_log

        write_log(settings.log_file)
    return settings


def _question(argument: str, longest: int) -> str:
    from assistant.question import clean_question

    # One character more than is allowed is enough to tell that it is too long.
    question = sys.stdin.read(longest + 1) if argument == STANDARD_INPUT else argument
    if not clean_question(question):
        message = "The question is empty."
        raise QuestionError(message)
    return question


def _filters(arguments: argparse.Namespace) -> "Filters":
    from assistant.records import Filters

    if arguments.first and arguments.last and arguments.first > arguments.last:
        message = f"--from {arguments.first} is later than --to {arguments.last}."
        raise UsageError(message)
    return Filters(
        published_from=arguments.first,
        published_to=arguments.last,
        publishers=tuple(arguments.publisher),
        articles=tuple(arguments.article),
    )


def _check_names(unknown: "Filters") -> None:
    """A name that no article has would silently find nothing."""
    names = [f"--publisher {name}" for name in unknown.publishers]
    names += [f"--article {name}" for name in unknown.articles]
    if names:
        message = f"No article fits {', '.join(names)}."
        raise UsageError(message)


def _bring_up_to_date(bot: "Assistant") -> None:
    from assistant.cli_output import sync_sums

    report = bot.sync(progress=sys.stderr.isatty(), announce=_say)
    for note in report.notes:
        _say(note)
    if report.changed:
        _say(f"The articles have changed: {sync_sums(report)}.")


def _decoded(article: "Article") -> str:
    from assistant.articles import decode

    return decode(Path(article.path).read_bytes())


def _put(found: Found, write: "Callable[[Found, Writer], None]", *, as_json: bool) -> None:
    from pydantic_core import to_json

    from assistant.cli_output import writer

    if as_json:
        print(to_json(found, indent=2).decode())
    else:
        write(found, writer(sys.stdout))


def _write_new(path: Path | None, text: str) -> None:
    """Writes to a file that is not there yet: one that is may hold a reviewer's work."""
    if path is None:
        print(text, end="")
        return
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror or error}."
        raise OutputError(message) from error


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _speak_utf8() -> None:
    """Whatever the locale says: articles are in any script, and output must not fail on a character."""
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "backslashreplace"), (sys.stderr, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=errors)


def _drop_output() -> None:
    """Python flushes standard output when it exits, and would complain once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
