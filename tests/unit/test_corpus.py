from datetime import date
from pathlib import Path

import pytest
import yaml

from assistant.articles import CorpusFile, UnreadableFileError, find_files
from assistant.corpus import read_article
from assistant.metadata import Overrides, load_overrides, unmatched
from assistant.records import Article

PAGES = Path(__file__).parent.parent / "data" / "pages"
SEEDS = Path(__file__).parents[2] / "seeds"
PROSE = "The council met on Monday and chose a new chair."

# title, publisher, author, speaker, published, language; what a page does not tell is None.
EXPECTED: dict[str, tuple[str | None, str | None, str | None, str | None, date | None, str]] = {
    "az_news.txt": (
        "Azərbaycanın kənd təsərrüfatı naziri Şəkidə fermerlərlə görüşüb",
        "Kənd Xəbər",
        "Aysel Məmmədova",
        None,
        date(2022, 6, 3),
        "az",
    ),
    "az_portal.txt": ("Göyçay bağlarında nar yığımı başlayıb", "Göyçay Xəbər", None, None, date(2021, 10, 14), "az"),
    "de_related.txt": (
        "Fischer fordern Hilfe nach Sturmflut",
        "Lindower Anzeiger",
        "Katrin Bergmann",
        None,
        date(2023, 10, 21),
        "de",
    ),
    "en_broadcaster.txt": (
        "Ships wait as canal drought deepens",
        "Example Broadcasting",
        "Laura Hillier",
        None,
        date(2023, 9, 14),
        "en",
    ),
    "en_front_matter.md": (
        "Ferry line: back on course",
        "The Skerry Courier",
        "Nora Quayle, Idris Hale",
        None,
        date(2020, 7, 9),
        "en",
    ),
    "en_interview.txt": (
        'Interview with Maren Holt: "A library is a promise"',
        "Fenland Review",
        "Tobias Fenn",
        "Maren Holt",
        date(2018, 11, 17),
        "en",
    ),
    "en_opinion.txt": ("The river that two countries share", None, None, None, date(2021, 6, 3), "en"),
    "en_scraped.md": (
        "Vineyards of Kvareli go under snow",
        "The Alazani Post",
        "Nino Lomidze",
        None,
        date(2022, 11, 7),
        "en",
    ),
    "en_verse.txt": ("Lament for a lighthouse", None, None, None, None, "en"),
    "en_wire_wrapped.txt": (
        "Lake Varn dam passes safety test",
        "Varn News Agency",
        None,
        None,
        date(2017, 2, 28),
        "en",
    ),
    "es_legal_footer.txt": (
        "El puerto de Almera recibe su primer crucero",
        "Diario de Almera",
        None,
        None,
        date(2022, 8, 22),
        "es",
    ),
    "fr_cookie_banner.txt": (
        "Le tramway de Valmont fête ses dix ans",
        "La Gazette de Valmont",
        "Jeanne Le Goff",
        None,
        date(2019, 4, 3),
        "fr",
    ),
    "hy_utf16.txt": ("Արարատի հովտում խաղողի բերքը կրկնապատկվել է", "Հովիտ թերթ", None, None, date(2024, 1, 30), "hy"),
    "ru_agency.txt": (None, "АПН", None, None, None, "ru"),
    "ru_comment_form.txt": (
        "Мост через Ладву закроют на год",
        "Северский вестник",
        "Ирина Соколова",
        None,
        date(2022, 3, 5),
        "ru",
    ),
    "ru_page_twice_mojibake.txt": (
        "Лёд уходит раньше",
        "Институт морских исследований",
        None,
        None,
        date(2023, 4, 12),
        "ru",
    ),
    "tr_news.txt": ("Çay üreticisi fiyat bekliyor", "AA", None, None, date(2022, 5, 12), "tr"),
    "tr_share_menu.txt": (
        "Liman işçileri greve gitti",
        "Karaburun Postası",
        "Elif Demirtaş",
        None,
        date(2023, 1, 30),
        "tr",
    ),
    "uk_short.txt": ("У Дубраві відкрили музей хліба", None, None, None, date(2021, 9, 9), "uk"),
}


def read(name: str, data: bytes, overrides: Overrides | None = None) -> Article:
    return read_article(CorpusFile(name, Path(name)), data, overrides).article


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_page_tells_what_it_is(name: str) -> None:
    article = read(name, (PAGES / name).read_bytes())
    found = (article.title, article.publisher, article.author, article.speaker, article.published, article.language)
    assert found == EXPECTED[name]


def test_every_page_has_its_expectation() -> None:
    assert {path.name for path in PAGES.iterdir()} == set(EXPECTED)


def test_an_article_survives_json() -> None:
    article = read("a.txt", "Мост\n\n5 марта 2022\n\nМост открыли в понедельник утром.".encode("cp1251"))
    assert Article.model_validate_json(article.model_dump_json()) == article


def test_what_metadata_gives_helps_cleaning_and_describing() -> None:
    page = f"Search\n\n03/04/2024\n\n{PROSE}".encode()
    article = read("a.txt", page, Overrides(title="Search", language="fr", speaker="Jane Doe"))
    assert article.text == f"Search\n\n{PROSE}"
    assert (article.title, article.published, article.speaker) == ("Search", date(2024, 4, 3), "Jane Doe")


def test_markdown_is_told_by_the_name() -> None:
    assert read("a.md", b"# *Bridge*\n\nIt **opens**.").text == "Bridge\n\nIt opens."
    assert read("a.txt", b"# *Bridge*\n\nIt **opens**.").text == "# *Bridge*\n\nIt **opens**."


def test_removed_runs_are_reported() -> None:
    removed = read_article(CorpusFile("a.txt", Path("a.txt")), f"Home\nSearch\n\n{PROSE}".encode(), None).removed
    assert [(run.start, run.end, run.text, run.reason) for run in removed] == [(0, 11, "Home\nSearch", "menu")]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"%PDF-1.4", "binary: PDF"),
        (b"Leave a Reply\n\nAdvertisement", "no text is left once menus, footers and the like are taken off"),
    ],
)
def test_a_file_without_an_article_has_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFileError) as error:
        read("a.txt", data)
    assert error.value.reason == reason


def test_each_seed_is_described_by_hand_with_every_field() -> None:
    files, skipped = find_files(SEEDS, 1_000_000)
    overrides = load_overrides(SEEDS)
    assert skipped == []
    assert unmatched(overrides, [file.id for file in files]) == []
    for file in files:
        assert overrides[file.id].model_fields_set == set(Overrides.model_fields)
    assert yaml.safe_load((SEEDS / "metadata.yaml").read_text(encoding="utf-8")).keys() == overrides.keys()


def test_what_is_read_from_the_seeds_agrees_with_what_was_checked_by_hand() -> None:
    overrides = load_overrides(SEEDS)
    for file in find_files(SEEDS, 1_000_000)[0]:
        given = overrides[file.id].model_dump()
        inferred = read_article(file, file.read_bytes(), None).article.model_dump(include=set(given))
        assert {name: value for name, value in inferred.items() if value not in {None, given[name]}} == {}


def test_the_seeds_are_left_with_their_articles() -> None:
    texts = {
        file.id[:3]: read_article(file, file.read_bytes(), None).article.text for file in find_files(SEEDS, 10**6)[0]
    }
    furniture = (
        "Leave a Reply",
        "Required fields",
        "Back to top",
        "Scroll to Top",
        "Legal footer",
        "Google News",
        "16+",
    )
    assert not any(phrase in text for text in texts.values() for phrase in furniture)
    for text in texts.values():
        paragraphs = [line for line in text.split("\n") if line]
        assert len(paragraphs) == len(set(paragraphs))
    assert "«СОР29 and Green Vision for Azerbaijan»" in texts["002"]
    assert texts["002"].endswith("explore the possibilities for such formats as soon as possible.")
