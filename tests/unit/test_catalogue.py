from datetime import date

import pytest

from assistant.records import Source
from assistant.ui.catalogue import Catalogue
from assistant.ui.references import Reference, key_of

BRIDGE = Source(
    id="bridge.txt",
    path="bridge",
    title="The Bridge at Ellery",
    publisher="Gazette",
    author="Ann Vane",
    published=date(2021, 3, 12),
)
UNDATED = Source(id="frost.txt", path="frost", publisher="Observer")
LATER = Source(id="şərh.txt", path="later", title="Körpü haqqında", published=date(2022, 4, 1), publisher="Gazette")
CATALOGUE = Catalogue((BRIDGE, UNDATED, LATER))


def ids(articles: list[Source]) -> list[str]:
    return [article.id for article in articles]


class TestKeys:
    def test_a_link_leads_back_to_its_article_whatever_others_there_are(self) -> None:
        link = str(Reference("article", key_of(UNDATED.id)))
        for catalogue in (CATALOGUE, Catalogue((UNDATED,))):
            reference = Reference.parse(link)
            assert reference
            assert catalogue.article(reference.place) == UNDATED

    def test_of_an_article_that_is_gone_nothing_is_found(self) -> None:
        assert Catalogue((UNDATED,)).article(key_of(LATER.id)) is None

    def test_any_id_has_one(self) -> None:
        assert key_of("\ud800") != key_of("")
        assert len({key_of(str(number)) for number in range(100_000)}) == 100_000

    def test_the_longest_still_fits_into_a_link(self) -> None:
        assert Reference.parse(str(Reference("article", 2**48 - 1))) == Reference("article", 2**48 - 1)


class TestFinding:
    @pytest.mark.parametrize("text", ["", "  ", "\n"])
    def test_without_words_all_are_found_newest_first_and_undated_last(self, text: str) -> None:
        assert ids(CATALOGUE.sought(text)) == [LATER.id, BRIDGE.id, UNDATED.id]

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("bridge", [BRIDGE.id]),
            ("ELLERY  the", [BRIDGE.id]),
            ("gazette", [LATER.id, BRIDGE.id]),
            ("gazette ann", [BRIDGE.id]),
            ("frost", [UNDATED.id]),
            ("körpü", [LATER.id]),
            ("elleri", []),
            ("ridge", []),
            ("*", []),
        ],
    )
    def test_every_word_is_in_the_title_the_outlet_or_the_people(self, text: str, found: list[str]) -> None:
        assert ids(CATALOGUE.sought(text)) == found

    def test_articles_of_one_day_stay_in_their_order(self) -> None:
        same = [Source(id=name, path=name, published=date(2020, 1, 1)) for name in "bac"]
        assert ids(Catalogue(tuple(same)).sought("")) == ["b", "a", "c"]


class TestChoices:
    def test_the_newest_are_offered_by_what_they_are_called(self) -> None:
        assert CATALOGUE.choices(2) == [("Körpü haqqında", LATER.id), ("The Bridge at Ellery", BRIDGE.id)]

    def test_one_that_is_chosen_is_offered_too_and_once(self) -> None:
        assert CATALOGUE.choices(1, [UNDATED.id, LATER.id]) == [("Körpü haqqında", LATER.id), (UNDATED.id, UNDATED.id)]

    def test_one_that_is_gone_is_not(self) -> None:
        assert CATALOGUE.choices(0, ["gone.txt"]) == []

    def test_outlets_are_named_once(self) -> None:
        assert CATALOGUE.outlets == ["Gazette", "Observer"]


def test_an_article_that_is_gone_is_called_by_its_id() -> None:
    assert CATALOGUE.titles(["gone.txt", BRIDGE.id]) == ("gone.txt", "The Bridge at Ellery")
