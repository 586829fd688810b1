import tempfile
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.articles import CorpusFile
from assistant.cleaning import clean
from assistant.cleaning.imprint import Imprint, is_date_line, read_citation, read_copyright, read_imprint
from assistant.errors import MetadataError
from assistant.metadata import Overrides, describe, load_overrides, unmatched
from assistant.records import Source

DAY = date(2024, 1, 30)
PROSE = "The council met on Monday and chose a new chair."
TITLE = "Harbour bridge to reopen in spring"


def write(folder: Path, text: str) -> Path:
    (folder / "metadata.yaml").write_text(text, encoding="utf-8")
    return folder


def source(
    text: str, overrides: Overrides | None = None, *, markdown: bool = False, language: str | None = None
) -> Source:
    file = CorpusFile("news/a.txt", Path("corpus/news/a.txt"))
    cleaned = clean(text, language=language, markdown=markdown)
    return describe(file, cleaned, overrides or Overrides(), language)


# --- metadata.yaml -------------------------------------------------------------------------------------------------


def test_a_corpus_without_metadata_has_no_overrides(tmp_path: Path) -> None:
    assert load_overrides(tmp_path) == {}


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "{}"])
def test_empty_metadata_has_no_overrides(tmp_path: Path, text: str) -> None:
    assert load_overrides(write(tmp_path, text)) == {}


def test_every_field_is_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        """
        news/a.txt:
          title: "Bridge: open"
          publisher: Ellery Gazette
          author: Clara Winfield
          speaker: Ruth Calder
          published: 2024-01-30
          language: en
          url: https://ellery.example/bridge
        """,
    )
    assert load_overrides(tmp_path)["news/a.txt"].model_dump() == {
        "title": "Bridge: open",
        "publisher": "Ellery Gazette",
        "author": "Clara Winfield",
        "speaker": "Ruth Calder",
        "published": DAY,
        "language": "en",
        "url": "https://ellery.example/bridge",
    }


def test_null_is_something_else_than_silence(tmp_path: Path) -> None:
    overrides = load_overrides(write(tmp_path, "a.txt: {author: null}\nb.txt: {}"))
    assert overrides["a.txt"].model_fields_set == {"author"}
    assert overrides["a.txt"].model_dump_json() == '{"author":null}'
    assert overrides["b.txt"].model_dump_json() == "{}"


def test_names_match_ids_however_accents_are_coded(tmp_path: Path) -> None:
    assert list(load_overrides(write(tmp_path, '"e\u0301te\u0301.txt": {}\n2024: {}'))) == ["\u00e9t\u00e9.txt", "2024"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a.txt: {titel: x}", "a.txt: titel: unknown key; known are title, publisher"),
        ("a.txt: {title: 5}", "a.txt: title: Input should be a valid string"),
        ('a.txt: {title: ""}', "a.txt: title: String should have at least 1 character"),
        ('a.txt: {title: "\\0"}', "a.txt: title: String should have at least 1 character"),
        ("a.txt: {author: [A, B]}", "a.txt: author: "),
        ("a.txt: {published: yesterday}", "a.txt: published: must be a day such as 2024-01-30"),
        ("a.txt: {published: 2024-01-30 10:00:00}", "a.txt: published: must be a day"),
        ("a.txt: {published: 1706572800}", "a.txt: published: must be a day"),
        ("a.txt: {published: 2024-13-45}", "month must be in 1..12"),
        ("a.txt: {language: english}", "a.txt: language: "),
        ("a.txt: {titel: x, publisher: 3}", "publisher: Input should be a valid string.*titel: unknown key"),
        ("a.txt: a title", "a.txt: must be a mapping of fields"),
        ("a.txt:", "a.txt: must be a mapping of fields"),
        ("- a.txt", "must be a mapping from the names of articles"),
        ("just text", "must be a mapping from the names of articles"),
        ("a.txt: {}\na.txt: {}", "line 2: a.txt is given twice"),
        ("a.txt:\n  title: x\n  title: y", "line 3: title is given twice"),
        ("a.txt: {title: x", "malformed at line"),
        ("? [a, b]\n: {}", "must be a mapping|malformed"),
        ("a.txt: !!python/object/apply:os.system [true]", "malformed at line 1"),
        ("a.txt: \x00", "malformed"),
        ("[" * 3000, "malformed"),
    ],
)
def test_malformed_metadata_is_an_error_that_names_the_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(MetadataError, match=message) as error:
        load_overrides(write(tmp_path, text))
    assert "metadata.yaml" in str(error.value)


def test_metadata_is_rid_of_what_nobody_sees(tmp_path: Path) -> None:
    text = r'a.txt: {title: "Fer\0ry", publisher: "El\x1blery Gazette", author: "Rene\u0301e\u200b Lee"}'
    (given,) = load_overrides(write(tmp_path, text)).values()
    assert (given.title, given.publisher, given.author) == ("Ferry", "Ellery Gazette", "Renée Lee")


def test_metadata_in_no_known_encoding_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "metadata.yaml").write_bytes(b"a.txt: {title: \xff\xfe}")
    with pytest.raises(MetadataError, match="malformed"):
        load_overrides(tmp_path)


def test_metadata_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "metadata.yaml").mkdir()
    with pytest.raises(MetadataError, match="cannot be read: Is a directory"):
        load_overrides(tmp_path)


@given(st.text(max_size=60))
def test_no_metadata_is_too_odd_for_a_clear_word(text: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "metadata.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
        with suppress(MetadataError):
            assert all(isinstance(entry, Overrides) for entry in load_overrides(Path(name)).values())


def test_entries_without_an_article_are_told() -> None:
    overrides = {name: Overrides() for name in ("b.txt", "a.txt", "gone.txt")}
    assert unmatched(overrides, ["a.txt", "b.txt", "c.txt"]) == ["gone.txt"]


def test_what_metadata_gives_is_final_even_if_it_is_null() -> None:
    page = f"{TITLE}\n\nBy Jane Doe\n30 January 2024\n\n{PROSE}\n\n© 2024 The Lindow Times"
    assert source(page).model_dump(exclude={"id", "path", "url", "language", "speaker"}) == {
        "title": TITLE,
        "publisher": "The Lindow Times",
        "author": "Jane Doe",
        "published": DAY,
    }
    given_fields = Overrides(title="Other", author=None, published=date(2020, 2, 2))
    assert source(page, given_fields).model_dump(exclude={"id", "path", "url", "language", "speaker"}) == {
        "title": "Other",
        "publisher": "The Lindow Times",
        "author": None,
        "published": date(2020, 2, 2),
    }


# --- the imprint -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("January 30 2024, 13:10", {"published": DAY}),
        ("Published: 30 January 2024", {"published": DAY}),
        ("Published on January 30, 2024 at 13:10", {"published": DAY}),
        ("Опубликовано: 30 января 2024 г.", {"published": DAY}),
        ("Yayınlanma: 30.01.2024 - 09:00", {"published": DAY}),
        ("Dərc olunub: 30 yanvar 2024", {"published": DAY}),
        ("Հրապարակվել է՝ 30 հունվարի 2024", {"published": DAY}),
        ("Publié le 30 janvier 2024 à 18h05 - Mis à jour le 31 janvier 2024 à 09h12", {"published": DAY}),
        ("Veröffentlicht am 30. Januar 2024", {"published": DAY}),
        ("Publicado: 30 de enero de 2024", {"published": DAY}),
        ("Updated: 30 January 2024", {}),
        ("Последнее обновление: 30.01.2024", None),
        ("Published: 30 January 2024, updated: 31 January 2024", {"published": DAY}),
        ("13:10 | 30.01.2024 | 345 views", {"published": DAY}),
        ("Politics | 30 January 2024", {"published": DAY}),
        ("By Rustam Taghizade", {"author": "Rustam Taghizade"}),
        ("By Jane Doe and Ali van der Berg", {"author": "Jane Doe and Ali van der Berg"}),
        ("Автор: Иван Петров", {"author": "Иван Петров"}),
        ("Текст: Анна Белова, Иван Петров", {"author": "Анна Белова, Иван Петров"}),
        ("Yazar: Elif Demirtaş", {"author": "Elif Demirtaş"}),
        ("Müəllif: Aysel Məmmədova", {"author": "Aysel Məmmədova"}),
        ("Հեղինակ՝ Արամ Դավթյան", {"author": "Արամ Դավթյան"}),
        ("Par Jeanne Le Goff", {"author": "Jeanne Le Goff"}),
        ("Von Katrin Bergmann, 30.01.2024, 17.30 Uhr", {"author": "Katrin Bergmann", "published": DAY}),
        ("Published: 30 January 2024 | By Tobias Fenn", {"author": "Tobias Fenn", "published": DAY}),
        ("By Jane Doe, January 30, 2024", {"author": "Jane Doe", "published": DAY}),
        ("Source: The Lindow Times", {"publisher": "The Lindow Times"}),
        ("Source: The Lindow Times, 30 January 2024", {"publisher": "The Lindow Times", "published": DAY}),
        ("Источник: Северский вестник", {"publisher": "Северский вестник"}),
        ("Source: https://lindow.example/a", {"url": "https://lindow.example/a"}),
        ("URL: https://lindow.example/a", {"url": "https://lindow.example/a"}),
        ("Title: A bridge opens", {"title": "A bridge opens"}),
        ("Language: EN", {"language": "en"}),
    ],
)
def test_a_page_says_who_wrote_it_where_and_when(line: str, expected: dict[str, object] | None) -> None:
    found = read_imprint(line)
    assert (found and found.model_dump(exclude_none=True)) == expected


@pytest.mark.parametrize(
    "line",
    [
        "The summit of 30 January 2024 in Lindow",
        "On 30 January 2024 the bridge was closed.",
        "The crisis | 30 January 2024",
        "By Friday the water had gone down.",
        "By accident",
        "By Lindow",
        "By the Harbour and Back",
        "Author: the man who never was seen",
        "Published: never",
        "Source: he told me so himself",
        "Source: a person familiar with the talks",
        "Source: The Lindow Times, which has it from a friend",
        "Source of the river",
        "URL: somewhere",
        "Language: English",
        "13:10 and later",
        "x" * 200,
    ],
)
def test_a_sentence_is_no_imprint(line: str) -> None:
    assert read_imprint(line) is None


def test_a_bare_date_is_told_from_a_labelled_one() -> None:
    assert is_date_line("30 January 2024, 10:00")
    assert not is_date_line("Published: 30 January 2024")
    assert not is_date_line("x" * 200)


@pytest.mark.parametrize(
    ("line", "owner"),
    [
        ("© 2024 The Lindow Times", "The Lindow Times"),
        ("(c) 2024 The Example Times. All rights reserved.", "The Example Times"),
        ("© 2019-2024, Lindow Institute for Bridges", "Lindow Institute for Bridges"),
        ("Copyright © 2024 Lindow Media | Imprint", "Lindow Media"),
        ("Karaburun Postası © 2023 Tüm hakları saklıdır.", "Karaburun Postası"),
        ("Bütün hüquqlar qorunur © Kənd Xəbər 2022", "Kənd Xəbər"),
        ("© 2022 Северский вестник. Все права защищены.", "Северский вестник"),
        ("© 2024 All Rights Reserved", None),
        ("© The Lindow Times", None),
        ("Copyright law was changed in 2019 by a vote", None),
        ("The Lindow Times, 2024", None),
    ],
)
def test_a_copyright_line_names_the_outlet(line: str, owner: str | None) -> None:
    assert read_copyright(line) == owner


def test_a_citation_of_the_page_gives_outlet_date_and_address() -> None:
    line = "A bridge opens. The Lindow Times, 30.01.2024. https://lindow.example/a/"
    expected = Imprint(publisher="The Lindow Times", published=DAY, url="https://lindow.example/a/")
    assert read_citation(line, {"a bridge opens"}) == expected


@pytest.mark.parametrize(
    "line",
    [
        "Another bridge opens. The Lindow Times, 30.01.2024. https://lindow.example/a/",
        "A bridge opens. The Lindow Times. https://lindow.example/a/",
        "A bridge opens. The Lindow Times, 30.01.2024.",
        "A bridge opens. See https://lindow.example/a/ of 30.01.2024 for more.",
    ],
)
def test_what_cites_something_else_is_no_citation_of_the_page(line: str) -> None:
    assert read_citation(line, {"a bridge opens"}) is None


# --- where the page says it ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "published"),
    [
        (f"{TITLE}\n\n30 January 2024\n\n{PROSE}", DAY),
        (f"30 January 2024\n{TITLE}\n\n{PROSE}", DAY),
        (f"{TITLE}.\n30 January 2024\n\n{PROSE}", DAY),
        (f"{TITLE}\n\nThe mayor opens it herself, as she promised.\n\n30 January 2024\n\n{PROSE}", DAY),
        (f"{TITLE}\nPublished\n30 January 2024\n\n{PROSE}", DAY),
        (f"{TITLE}\nUpdated\n30 January 2024\n\n{PROSE}", None),
        (f"Friday, 22 November 2024\n\n{TITLE}\n\n30 January 2024\n\n{PROSE}", DAY),
        (f"{TITLE}\n30 January 2024\nPublished: 29 January 2024\n\n{PROSE}", date(2024, 1, 29)),
        (f"{TITLE}\n29 January 2024\n30 January 2024\n\n{PROSE}", None),
        (f"{TITLE}\n\nOn 30 January 2024 the council met and chose a new chair.\n\n{PROSE}", None),
        (f"{TITLE}\n\n{PROSE}\n\n30 January 2024", None),
        (f"{TITLE}\n\n{PROSE}\n\n30 January 2024\n\n{PROSE}\n\n31 January 2024\n\n{PROSE}", None),
        (f"{TITLE}\n\n{PROSE}\n\nRelated articles\nThe ferry\n30 January 2024", None),
        (f"{TITLE}\n\n{PROSE}\n\n{TITLE}. The Lindow Times, 30.01.2024. https://lindow.example/a", DAY),
    ],
)
def test_a_date_counts_only_where_the_page_dates_itself(page: str, published: date | None) -> None:
    assert source(page).published == published


def test_the_date_of_a_change_goes_with_its_label() -> None:
    page = f"{TITLE}\nPublished\n30 January 2024\nUpdated\n31 January 2024\n\n{PROSE}"
    assert source(page).published == DAY
    assert clean(page).text == f"{TITLE}\n\n{PROSE}"


def test_a_date_that_is_not_taken_stays_in_the_text() -> None:
    page = f"{TITLE}\n29 January 2024\n30 January 2024\n\n{PROSE}"
    assert clean(page).text == page
    assert "03/04/2024" in clean(f"{TITLE}\n03/04/2024\n\n{PROSE}").text
    assert source(f"{TITLE}\n03/04/2024\n\n{PROSE}", language="fr").published == date(2024, 4, 3)


@pytest.mark.parametrize(
    ("page", "title", "publisher"),
    [
        (f"{TITLE} | Lindow Times\n\n{PROSE}", TITLE, "Lindow Times"),
        (f"{TITLE} | Politics | Lindow Times\n\n{PROSE}", TITLE, "Lindow Times"),
        (f"{TITLE} – Lindow Times\n\n{PROSE}\n\n© 2024 Lindow Times", TITLE, "Lindow Times"),
        (f"{TITLE} – the first\n\n{PROSE}", f"{TITLE} – the first", None),
        (f"Opinion | The Long War\n\n{PROSE}", "Opinion | The Long War", None),
        (f"{TITLE}\n\nLINDOW (Harbour Agency) - {PROSE}", TITLE, "Harbour Agency"),
        (f"{TITLE}\n\nLINDOW, 30 January. /HA/. {PROSE}", TITLE, "HA"),
        (f"{TITLE}\n\nJane Doe (Labour) - said that {PROSE}", TITLE, None),
        (f"{TITLE}\n\nLINDOW (and not only there) - {PROSE}", TITLE, None),
        (f"{PROSE}\n\n{PROSE}", None, None),
        ("One line", None, None),
        (f"– And why?\n\n– {PROSE}", None, None),
        (f"Lindow Observer\nHome\nSearch\n\n{PROSE}", None, None),
    ],
)
def test_headline_and_outlet_are_read_or_unknown(page: str, title: str | None, publisher: str | None) -> None:
    found = source(page)
    assert (found.title, found.publisher) == (title, publisher)


@pytest.mark.parametrize(
    ("page", "speaker"),
    [
        (f"Interview with Maren Holt: a promise\n\n{PROSE}", "Maren Holt"),
        (f"Entretien avec Jeanne Le Goff\n\n{PROSE}", "Jeanne Le Goff"),
        (f"Interview with a vampire\n\n{PROSE}", None),
        (f"An interview\n\n{PROSE}", None),
        ("Jane Doe: The bridge will hold\n\nJane Doe spoke on Monday evening. “It will hold,” Doe said.", "Jane Doe"),
        ("Jane Doe: The bridge will hold\n\nJane Doe spoke on Monday evening. “It will hold,” said Doe.", "Jane Doe"),
        ("World Cup: Lindow wins\n\nLindow won the World Cup on Monday. “Fine,” the World Cup said.", None),
        (f"Jane Doe: The bridge will hold\n\n{PROSE}", None),
        (f"The Talk\n\nJane Doe: We began in the spring.\n\n{PROSE}\n\nJane Doe: And now we end.", "Jane Doe"),
        ("The Talk\n\nJane Doe: We began in spring.\n\nJohn Roe: Why?\n\nJane Doe: So it was.", None),
    ],
)
def test_a_speaker_is_named_only_by_the_form_of_an_interview(page: str, speaker: str | None) -> None:
    assert source(page).speaker == speaker


def test_front_matter_is_read() -> None:
    page = f"""---
Title: "Ferry: back"
date: 2024-01-30T10:00:00Z
authors: [Nora Quayle, Idris Hale]
source: The Skerry Courier
canonical_url: https://skerry.example/a
lang: en-GB
interviewee: Una Marsh
draft: false
---

{PROSE}
"""
    found = source(page, markdown=True, language="fr").model_dump(exclude={"id", "path"})
    assert found == {
        "title": "Ferry: back",
        "publisher": "The Skerry Courier",
        "author": "Nora Quayle, Idris Hale",
        "speaker": "Una Marsh",
        "published": DAY,
        "url": "https://skerry.example/a",
        "language": "en",
    }


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("title: Ferry: back\ndate: 30 January 2024", {"title": "Ferry: back", "published": DAY}),
        ("title: 5\ndate: some day\nauthor: {a: b}\nlang: 7", {}),
        ("title: ''\nlanguage: français\nurl: not an address", {}),
        ("source: https://skerry.example/a", {"url": "https://skerry.example/a"}),
        ("date: 2024-99-99\ntitle: Ferry", {"title": "Ferry"}),
        ("date: 2024-01-30", {"published": DAY}),
        ("title: " + "[" * 3000, {"title": "[" * 3000}),
    ],
)
def test_odd_front_matter_gives_what_can_be_read(block: str, expected: dict[str, object]) -> None:
    found = clean(f"---\n{block}\n---\n{PROSE}", markdown=True).imprint
    assert found.model_dump(exclude_none=True) == expected


def test_the_language_is_what_the_page_says_or_what_it_seems_to_be() -> None:
    assert source(PROSE, language="en").language == "en"
    assert source(PROSE).language is None
    assert source(f"Language: fr\n\n{PROSE}", language="en").language == "fr"
    assert source(PROSE, Overrides(language="de"), language="en").language == "de"


def test_id_and_path_are_those_of_the_file() -> None:
    found = source(PROSE)
    assert (found.id, found.path) == ("news/a.txt", "corpus/news/a.txt")
