import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.ui.references import Reference

KINDS = [
    "cite",
    "passage",
    "article",
    "corpus",
    "order",
    "ask",
    "retry",
    "widen",
    "edit",
    "stay",
    "only",
    "copy",
    "good",
    "bad",
]
PLACES = st.integers(0, 999_999)


@given(st.builds(Reference, st.sampled_from(KINDS), PLACES, PLACES))
def test_a_reference_is_read_back_from_its_link(reference: Reference) -> None:
    assert Reference.parse(f"#{reference}") == reference


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#corpus", Reference("corpus")),
        ("article-3", Reference("article", 3)),
        ("#cite-0-1", Reference("cite", 0, 1)),
        ("#cite-007-01", Reference("cite", 7, 1)),
    ],
)
def test_numbers_without_a_meaning_may_be_left_out(text: str, expected: Reference) -> None:
    assert Reference.parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "#", "-", "#-1", "#x", "##cite-0-1", "#Cite-0-1", "#cite-", "#cite--1", "#cite--1-2", "#cite-1--2"),
        *("#cite-1-2-3", "#cite-1-2x", "#cite-1-2\n", " #cite-1-2", "#cite-1-9999999", f"#cite-{'9' * 5000}-1"),
        *(
            "#cite-١-1",
            "#cite-1.0-1",
            "#cite-1e3-1",
            "#cité-1-1",
            "#averyveryverylongkind-1-1",
            "None",
            "['#cite-0-1']",
        ),
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert Reference.parse(text) is None


@given(st.text(max_size=40))
def test_no_text_breaks_it(text: str) -> None:
    reference = Reference.parse(text)
    assert reference is None or Reference.parse(str(reference)) == reference
