import io
from datetime import date

import pytest

from assistant import cli_output
from assistant.cli_output import PlainWriter, TerminalWriter, writer
from assistant.records import (
    Answer,
    Article,
    Citation,
    Passage,
    Removed,
    Sentence,
    Skipped,
    Source,
    Span,
    SyncReport,
)

BRIDGE = Source(
    id="2021/bridge.txt",
    title="Bridge to reopen",
    publisher="Ellery Gazette",
    author="Clara Winfield",
    published=date(2021, 3, 12),
    language="en",
    path="news/2021/bridge.txt",
)
BARE = Source(id="bare.txt", path="news/bare.txt")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def plain() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "60")
    return Terminal()


def _citation(number: int = 1, source: Source = BRIDGE, support: str = "supported") -> Citation:
    data = {"number": number, "quote": "It reopens.", "start": 40, "end": 51, "source": source, "support": support}
    return Citation.model_validate(data)


def _answer(text: str, *citations: Citation, notices: tuple[str, ...] = ()) -> Answer:
    sentences = tuple(Sentence(text=c.quote, citations=(c.number,), support=c.support) for c in citations)
    return Answer(
        question="When?",
        standalone_question="When?",
        text=text,
        sentences=sentences,
        citations=citations,
        notices=notices,
    )


def _passage(text: str) -> Passage:
    span = Span(start=7, end=7 + len(text))
    return Passage(source=BRIDGE, text=text, start=span.start, end=span.end, score=0.5, sentences=(span,))


def _refusal(*passages: Passage) -> Answer:
    return Answer(question="Who?", standalone_question="Who?", text="No answer.", passages=passages, refused=True)


def test_an_answer_is_followed_by_its_numbered_sources(plain: io.StringIO) -> None:
    answer = _answer("**Ellery Gazette**:\n> It reopens. [1] It cost \\$5. [2]", _citation(), _citation(2, BARE))
    cli_output.write_answer(answer, PlainWriter(plain))
    assert plain.getvalue() == (
        "Ellery Gazette:\n"
        "> It reopens. [1] It cost $5. [2]\n"
        "\n"
        "Sources\n"
        "[1] Ellery Gazette, Clara Winfield, 2021-03-12: Bridge to reopen\n"
        "    2021/bridge.txt, characters 40–51\n"
        "[2] bare.txt\n"
        "    bare.txt, characters 40–51\n"
    )


def test_a_notice_stands_below_the_sources(plain: io.StringIO) -> None:
    cli_output.write_answer(_answer("It. [1]", _citation(), notices=("Mind the gap.",)), PlainWriter(plain))
    assert plain.getvalue().endswith("characters 40–51\n\nMind the gap.\n")


@pytest.mark.parametrize(
    ("support", "end"),
    [
        ("supported", "Bridge to reopen"),
        ("partial", "Bridge to reopen (supports it in part)"),
        ("unsupported", "Bridge to reopen (does not support it)"),
    ],
)
def test_doubtful_support_is_said(plain: io.StringIO, support: str, end: str) -> None:
    cli_output.write_answer(_answer("It. [1]", _citation(support=support)), PlainWriter(plain))
    assert plain.getvalue().splitlines()[3].endswith(end)


def test_a_refusal_shows_the_nearest_passages_cut_short_and_without_numbers(plain: io.StringIO) -> None:
    long = "word " * 100
    cli_output.write_answer(_refusal(_passage("Two\nlines."), _passage(long)), PlainWriter(plain))
    lines = plain.getvalue().splitlines()
    assert lines[:6] == [
        "No answer.",
        "",
        "Nearest passages",
        "- Ellery Gazette, Clara Winfield, 2021-03-12: Bridge to reopen",
        "    2021/bridge.txt, characters 7–17",
        "    Two lines.",
    ]
    assert lines[-1] == f"    {long[:300]}…"


def test_a_refusal_without_passages_is_its_text(plain: io.StringIO) -> None:
    cli_output.write_answer(_refusal(), PlainWriter(plain))
    assert plain.getvalue() == "No answer.\n"


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("**A**, B", "A, B"),
        (r"2 \* 3 \*\* 4 \# \_ \` \$5 \~ \| \<b\>", "2 * 3 ** 4 # _ ` $5 ~ | <b>"),
        (r"C:\\temp", r"C:\temp"),
        (r"1986\. A year", "1986. A year"),
        (r"a\b", r"a\b"),
        ("own marker [1]", "own marker [1]"),
        (r"the article's \[1\], its \[sic\]", r"the article's \[1], its [sic]"),
    ],
)
def test_markdown_becomes_text_in_which_only_own_markers_look_like_markers(
    plain: io.StringIO, markdown: str, text: str
) -> None:
    PlainWriter(plain).markdown(markdown)
    assert plain.getvalue() == f"{text}\n"


def test_people_named_twice_are_written_once() -> None:
    source = Source(id="a", path="a", speaker="Ann Lee", author="Ann Lee", title="Talk")
    assert cli_output.source_words(source) == "Ann Lee: Talk"


def test_an_outlet_that_is_the_author_too_is_written_once() -> None:
    source = Source(id="a", path="a", publisher="Reuters", author="REUTERS", title="Talk")
    assert cli_output.source_words(source) == "Reuters: Talk"


def test_articles_are_rows_separated_by_tabs_without_headings(plain: io.StringIO) -> None:
    cli_output.write_articles([BRIDGE, BARE], PlainWriter(plain))
    assert plain.getvalue() == ("2021/bridge.txt\t2021-03-12\tEllery Gazette\ten\tBridge to reopen\nbare.txt\t\t\t\t\n")


def test_a_tab_or_line_end_in_a_title_breaks_no_row(plain: io.StringIO) -> None:
    cli_output.write_articles([Source(id="a  b", path="a", title="x\ty\nz")], PlainWriter(plain))
    assert plain.getvalue() == "a  b\t\t\t\tx y z\n"


def test_an_article_is_what_is_known_of_it_and_then_its_text(plain: io.StringIO) -> None:
    article = Article(**BARE.model_dump(exclude={"title"}), title="Bare", text="One.\n\nTwo.")
    cli_output.write_article(article, PlainWriter(plain))
    assert plain.getvalue() == "id: bare.txt\ntitle: Bare\npath: news/bare.txt\n\nOne.\n\nTwo.\n"


def test_removed_runs_come_with_the_line_they_begin_in_and_the_reason(plain: io.StringIO) -> None:
    decoded = "Title\nMENU\nBody.\nShare\nPrint\n"
    runs = (
        Removed(start=6, end=11, text="MENU\n", reason="menu"),
        Removed(start=16, end=29, text="\nShare\nPrint\n", reason="share links"),
    )
    cli_output.write_removed(decoded, runs, PlainWriter(plain))
    assert plain.getvalue() == "line 2: menu\n    MENU\nline 4: share links\n    Share\n    Print\n"


def test_a_sync_is_a_line_per_change_and_the_sums(plain: io.StringIO) -> None:
    report = SyncReport(
        added=("a", "b"),
        removed=("c",),
        unchanged=("d",),
        skipped=(Skipped(path="e", reason="empty"),),
        notes=("The cleaning is new.",),
    )
    cli_output.write_sync(report, PlainWriter(plain))
    assert plain.getvalue().splitlines() == [
        "added a",
        "added b",
        "removed c",
        "skipped e: empty",
        "The cleaning is new.",
        "2 added, 1 removed, 1 unchanged, 1 skipped",
    ]


def test_a_sync_of_nothing_says_so() -> None:
    assert cli_output.sync_sums(SyncReport()) == "no articles"


@pytest.mark.parametrize("control", ["\x1b", "\r", "\x07", "\x9b"])
def test_control_characters_never_reach_the_reader(plain: io.StringIO, terminal: Terminal, control: str) -> None:
    for out in (PlainWriter(plain), TerminalWriter(terminal)):
        out.line(f"a{control}[31mb")
        out.markdown(f"a{control}[31mb")
        out.table(["x"], [[f"a{control}[31mb"]])
    assert plain.getvalue() == "a�[31mb\n" * 3
    assert terminal.getvalue().count("a�[31mb") == 3


def test_a_pipe_gets_long_lines_whole(plain: io.StringIO) -> None:
    writer(plain).line("word " * 100 + "end", "bold")
    assert plain.getvalue() == "word " * 100 + "end\n"


def test_a_terminal_gets_styles_and_lines_of_its_width(terminal: Terminal) -> None:
    out = writer(terminal)
    out.markdown("**Gazette**:\n> " + "word " * 30 + r"[1] \[2\]")
    out.line("word " * 30, "red", indent=4)
    out.table(["id"], [["[bold]a[/bold]"]])
    text = terminal.getvalue()
    assert "\x1b[1mGazette\x1b[0m" in text
    assert r"[1] \[2]" in text
    assert "    \x1b[31mword" in text
    assert "[bold]a[/bold]" in text
    assert all(len(line) < 60 + len("\x1b[31m\x1b[0m") * 3 for line in text.splitlines())


def test_a_narrow_terminal_shows_the_first_column_of_a_table_in_full(terminal: Terminal) -> None:
    article_id = "2021/a-rather-long-name-for-a-file.txt"
    source = Source(id=article_id, path="x", publisher="The Eastern Valley Observer and Gazette", title="word " * 20)
    cli_output.write_articles([source], TerminalWriter(terminal))
    assert article_id in terminal.getvalue()


def test_no_color_keeps_colours_away(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    out = writer(terminal)
    out.line("words", "red")
    out.markdown("> quote")
    assert "\x1b[3" not in terminal.getvalue()


def test_a_dumb_terminal_gets_no_escape_sequences(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    out = writer(terminal)
    out.line("words", "bold red")
    assert terminal.getvalue() == "words\n"
