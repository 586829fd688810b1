import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.checking.plain import plain
from assistant.checking.quotations import quotations, searchable, stands_in


@pytest.mark.parametrize(
    "marked",
    [
        '"{}"',
        "“{}”",
        "„{}“",
        "„{}”",
        "«{}»",
        "»{}«",
        "‘{}’",
        "'{}'",
        "‹{}›",
        "「{}」",
        "『{}』",
        "《{}》",
        "”{}”",
        "＂{}＂",
        ",,{}”",
        ",,{}“",
        ",,{}''",
        "❝{}❞",
        "❮{}❯",
        "｢{}｣",
    ],
)
def test_a_quotation_is_found_between_any_marks(marked: str) -> None:
    assert list(quotations(f"She said {marked.format('we paid twice')} today.")) == ["we paid twice"]


@pytest.mark.parametrize(
    "text",
    ["the dogs' day and it's late", "no marks", "5' 10\" tall", "“”", "« »", "an open “one", "one,, two” three,,"],
)
def test_apostrophes_and_empty_marks_quote_nothing(text: str) -> None:
    assert list(quotations(text)) == []


@pytest.mark.parametrize("mark", ["“", "„", "«", '"', "”", "»", "「", "<<", "〝", ",,", "❝", "❮", "｢"])
def test_what_is_never_closed_is_quoted_to_its_end(mark: str) -> None:
    assert list(quotations(f"She said {mark}we paid twice.")) == ["we paid twice."]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('The 5" pipe and the 6" pipe broke.', []),
        ('He said "the 5 pipes broke" of the 6" pipe.', ["the 5 pipes broke"]),
        ('He paid," she said, and "we paid twice".', ["we paid twice"]),
        ("«Газета «Правда» лжёт».", ["Газета «Правда» лжёт"]),
        ("It was 'tis an old word.", []),
    ],
)
def test_marks_beside_other_things(text: str, found: list[str]) -> None:
    assert list(quotations(text)) == found


def test_the_outer_quotation_counts() -> None:
    assert list(quotations("“We ‘must’ go”, he said.")) == ["We ‘must’ go"]


@pytest.mark.parametrize(
    "quotation",
    [
        "We paid for a bridge and a half",
        "we paid for a bridge",
        "We paid … and a half",
        "We paid ... and a half",
        "We paid for [the] bridge and a half".replace("[the] ", "[...] "),
        "WE   PAID for a bridge,",
        "“we” paid",
        "We paid for a bridge [of steel] and a half",
    ],
)
def test_a_quotation_stands_word_for_word(quotation: str) -> None:
    assert stands_in(quotation, searchable("Mayor: “We paid for\na ‘bridge’ — and a half!”")) is ("‘" not in quotation)


@pytest.mark.parametrize("quotation", ["We paid for a tunnel", "and a half … We paid", "aid for a bridge", "paid we"])
def test_other_words_do_not(quotation: str) -> None:
    assert not stands_in(quotation, searchable("We paid for a bridge and a half"))


@pytest.mark.parametrize(
    ("sentence", "read"),
    [
        ("**Bold** and _soft_ text.[1][2]", "Bold and soft text."),
        ("- a [link](https://example.org/x_y) here [3]", "a link here"),
        ("2. Second `code`", "Second code"),
        ("> quoted \\*stars\\*", "quoted *stars*"),
        ("It lasted 3\u200b2 days.", "It lasted 32 days."),
        ("𝐕𝐥𝐚𝐝𝐢𝐦𝐢𝐫 left after ㉜ days and １２ nights.", "Vladimir left after 32 days and 12 nights."),
        ("20 m² and ½ a mile", "20 m² and ½ a mile"),
        ("2*3 and snake_case", "2*3 and snake_case"),
        ("", ""),
    ],
)
def test_markdown_is_taken_off(sentence: str, read: str) -> None:
    assert plain(sentence) == read


@given(st.text(max_size=300))
def test_a_text_stands_in_itself(text: str) -> None:
    assert all(stands_in(quotation, searchable(text)) for quotation in quotations(text))
