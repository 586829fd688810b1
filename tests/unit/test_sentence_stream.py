"""What is read from a reply: its sentences and the passages they cite, however it is written and cut."""

import re
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answers.sentence_stream import SentenceStream, Written

# Times are of a machine that does other things as well.
SECONDS = 20
LONG = 50_000


def _read(reply: str, size: int = 1_000_000, language: str | None = "en") -> list[Written]:
    return _read_pieces([reply[start : start + size] for start in range(0, len(reply), size)], language)


def _read_pieces(pieces: list[str], language: str | None = "en") -> list[Written]:
    stream = SentenceStream(language)
    found = [written for piece in pieces for written in stream.feed(piece)]
    return found + list(stream.end())


def _found(reply: str, language: str = "en") -> list[tuple[str, tuple[int, ...]]]:
    whole, apart = _read(reply, language=language), _read(reply, 1, language)
    assert whole == apart
    return [(written.text, written.passages) for written in whole]


@pytest.mark.parametrize(
    ("marker", "numbers"),
    [
        *(("[1]", (1,)), ("[1][2]", (1, 2)), ("[1] [2]", (1, 2)), ("[1, 2]", (1, 2)), ("[1; 2]", (1, 2))),
        *(("[1-3]", (1, 2, 3)), ("[1–3]", (1, 2, 3)), ("[1-90]", (1, 90)), ("[3-1]", (3, 1)), ("[^1]", (1,))),
        *(("[[1]]", (1,)), ("[[1]](#x)", (1,)), ("[1](https://x.example/y)", (1,)), ("【1】", (1,)), ("【1†s】", (1,))),
        *(("【1†source】【2†source】", (1, 2)), ("[Passage 2]", (2,)), ("[passages 1, 3]", (1, 3)), ("[#4]", (4,))),
        *(("[Passage 1 and Passage 2]", (1, 2)), ("[Source 5]", (5,)), ("[99]", (99,)), ("[0]", (0,)), ("[ 7 ]", (7,))),
        *(("[1][1]", (1,)), ("[2][1]", (2, 1)), ("[1 & 2]", (1, 2)), ("[1,2,3]", (1, 2, 3))),
    ],
)
@pytest.mark.parametrize(
    "place", ["It rains. {} It pours.", "It rains {}. It pours.", "It rains{}. It pours.", "**It rains.** {} It pours."]
)
def test_markers_behind_a_sentence(marker: str, numbers: tuple[int, ...], place: str) -> None:
    assert _found(place.format(marker)) == [("It rains.", numbers), ("It pours.", ())]


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ("A bridge [1] and a ferry [2] were built.", [("A bridge and a ferry were built.", (1, 2))]),
        ("The bri[1]dge opened.", [("The bri dge opened.", (1,))]),
        ("He (see [1]) left.", [("He (see) left.", (1,))]),
        ("“He left.” [1] She stayed. [2]", [("“He left.”", (1,)), ("She stayed.", (2,))]),
        ("He left! [1] Did she? [2] Yes… [3]", [("He left!", (1,)), ("Did she?", (2,)), ("Yes…", (3,))]),
        ("[1] It rains.", [("It rains.", (1,))]),
        ("310. [2]", [("310.", (2,))]),
        ("The U.S. Navy came. [1] It left.", [("The U.S. Navy came.", (1,)), ("It left.", ())]),
        ("It cost 3.5 million. [1] It is 5 p.m. now.", [("It cost 3.5 million.", (1,)), ("It is 5 p.m. now.", ())]),
        ("It rains [in 2021] hard.", [("It rains [in 2021] hard.", ())]),
        ("It rains [1 hard. It pours.", [("It rains [1 hard.", ()), ("It pours.", ())]),
        ("It rains [hard", [("It rains [hard", ())]),
        ("[[[[", []),
        ("", []),
        (" \n\n \n", []),
        ("[1]", []),
        ("[12345] is a number.", [("[12345] is a number.", ())]),
    ],
)
def test_markers_elsewhere(reply: str, found: list[tuple[str, tuple[int, ...]]]) -> None:
    assert _found(reply) == found


@pytest.mark.parametrize(
    "half", ["[", "[1", "[1, ", "[[1", "【1", "【1†so", "[Pass", "[Passage 1", "[1](https://x.ex", "[^"]
)
def test_half_a_marker_at_the_end_is_left_out(half: str) -> None:
    (written,) = _read(f"It rains {half}", 1)
    assert written.text == "It rains"
    assert not written.whole


@pytest.mark.parametrize(
    ("reply", "texts", "openings"),
    [
        ("- One. [1]\n- Two. [2]\n", ["One.", "Two."], ["item", "item"]),
        ("1. One.\n2) Two.\n", ["One.", "Two."], ["item", "item"]),
        ("* **One**: yes.\n• Two.", ["One: yes.", "Two."], ["item", "item"]),
        ("One.\n\nTwo.\nThree.", ["One.", "Two.", "Three."], ["", "paragraph", ""]),
        ("# Bridge\n\n> Quoted. [1]", ["Bridge", "Quoted."], ["", "paragraph"]),
        ("-5 degrees were measured.", ["-5 degrees were measured."], [""]),
        ("| Cost | 48 [1] |\n|---|:-:|\n| Farms | 310 |", ["Cost | 48", "Farms | 310"], ["", ""]),
        ("```python\nx = 1\n```\nIt rains.", ["x = 1", "It rains."], ["", ""]),
        ("```It rains.```", ["It rains."], [""]),
        ("~~~\nIt rains.\n~~~", ["It rains."], [""]),
        ("---\n***\n===\nIt rains.", ["It rains."], [""]),
        ("It *really* __rains__ in ***Rome*** and `x` ~~not~~.", ["It really rains in Rome and x not."], [""]),
        ("**It rains. It pours.**", ["It rains.", "It pours."], ["", ""]),
        ("2 * 3 * 4 and snake_case_name.", ["2 * 3 * 4 and snake_case_name."], [""]),
        ("<b>It</b> rains. <br> It pours.", ["<b>It</b> rains.", "<br> It pours."], ["", ""]),
        ("See [the site](http://x.example/a) now.", ["See the site now."], [""]),
        ("An ![image](http://x.example/a.png) here.", ["An image here."], [""]),
        ("It rains.\r\n\r\nIt pours.\r\n", ["It rains.", "It pours."], ["", "paragraph"]),
        ("It\x00 rains\x1b. \ud800It\u202e pours.", ["It rains .", "It pours."], ["", ""]),
        ("The flood lasted 3\u200b2 da\u00adys.", ["The flood lasted 32 days."], [""]),
    ],
)
def test_formatting(reply: str, texts: list[str], openings: list[str]) -> None:
    found = _read(reply)
    assert [written.text for written in found] == texts
    assert [written.opening for written in found] == openings
    assert _read(reply, 1) == found


@pytest.mark.parametrize(
    ("language", "reply", "texts"),
    [
        ("zh", "天气很好。[1]明天下雨！[2]后天呢？", ["天气很好。", "明天下雨！", "后天呢？"]),
        ("ja", "雨です。[1]晴れです。[2]", ["雨です。", "晴れです。"]),
        ("hy", "Անձրև է։ [1] Արև է։ [2]", ["Անձրև է։", "Արև է։"]),
        ("hi", "आज बारिश है। [1] कल धूप होगी। [2]", ["आज बारिश है।", "कल धूप होगी।"]),
        ("ar", "مرحبا بالعالم. [1] كيف حالك؟ [2]", ["مرحبا بالعالم.", "كيف حالك؟"]),
        ("he", "שלום עולם. [1] מה שלומך? [2]", ["שלום עולם.", "מה שלומך?"]),
        ("fa", "باران می\u200cبارد. [1] هوا سرد است. [2]", ["باران می\u200cبارد.", "هوا سرد است."]),
        ("ru", "Идёт дождь. [1] А. С. Пушкин пишет. [2]", ["Идёт дождь.", "А. С. Пушкин пишет."]),
        ("de", "12. März 2021 war es kalt. [1]", ["12. März 2021 war es kalt."]),
        ("fr", "Pourquoi ? [1] Il pleut : beaucoup ! [2]", ["Pourquoi ?", "Il pleut : beaucoup !"]),
    ],
)
def test_languages(language: str, reply: str, texts: list[str]) -> None:
    assert [text for text, _ in _found(reply, language)] == texts


def test_a_sentence_is_there_as_soon_as_the_next_has_begun() -> None:
    stream = SentenceStream("en")
    pieces = ["It ra", "ins. ", "[1", "] ", "It", " ", "pours."]
    assert [len(list(stream.feed(piece))) for piece in pieces] == [0, 0, 0, 0, 0, 1, 0]
    assert [written.text for written in stream.end()] == ["It pours."]


def test_a_line_ends_its_sentence_at_once() -> None:
    assert [written.text for written in SentenceStream("en").feed("- It rains [1]\n")] == ["It rains"]


@pytest.mark.parametrize(
    ("reply", "texts"),
    [
        ("<think>It pours. Hm.\n\n</think>\n\nIt rains.", ["It rains."]),
        ("\n <think></think>It rains.", ["It rains."]),
        ("<think>It pours. It pours.", []),
        ("<thi", ["<thi"]),
        ("<thinking>It pours. It pours.", []),
        ("It rains. <think>It pours.</think>", ["It rains."]),
        ("It rains.<think>It pours.</think>It is cold.", ["It rains.", "It is cold."]),
        ("It pours. Hm.\n\nIt pours.\n</think>\nIt rains.", ["It rains."]),
        ("It pours. </think>", []),
        ("<think>It <think>pours.</think> It pours.</think> It rains.", ["It rains."]),
    ],
)
def test_thoughts_are_no_part_of_the_answer(reply: str, texts: list[str]) -> None:
    assert [text for text, _ in _found(reply)] == texts


def test_what_may_turn_out_a_thought_waits_for_a_citation() -> None:
    stream = SentenceStream("en")
    assert list(stream.feed("It pours. It is cold. Hm. ")) == []
    found = [written.text for written in stream.feed("It rains. [1] It is May. ")]
    assert found[:3] == ["It pours.", "It is cold.", "Hm."]


# What the model wrote, and the claims that are checked: with the marks that a sentence lacks of what it quotes.
@pytest.mark.parametrize(
    ("reply", "claims"),
    [
        ('He: "we paid. We left. We won." It rains.', ['He: "we paid."', '"We left."', '"We won."', "It rains."]),
        ('He: "we paid. We left" and "we won. It’s over." It rains.',
         ['He: "we paid."', '"We left" and "we won."', '"It’s over."', "It rains."]),
        ("Er: „Wir zahlen. Wir gehen“, so er.", ["Er: „Wir zahlen.“", "„Wir gehen“, so er."]),
        ("Er: »Wir zahlen. Wir gehen«, so er.", ["Er: »Wir zahlen.«", "»Wir gehen«, so er."]),
        ("Han: ”Vi betalar. Vi går”, sa han.", ["Han: ”Vi betalar.”", "”Vi går”, sa han."]),
        ("Il dit : « Nous payons. Nous partons. » Il pleut.",
         ["Il dit : « Nous payons.»", "«Nous partons. »", "Il pleut."]),
        ("Он: «Мы ждём. Газета «Правда» лжёт. Мы идём», и всё.",
         ["Он: «Мы ждём.»", "«Газета «Правда» лжёт.»", "«Мы идём», и всё."]),
        ("他说「我们不付。我们走。」他走了。", ["他说「我们不付。」", "「我们走。」", "他走了。"]),
        ("He: ‘we won’t pay. We left’, and so on.", ["He: ‘we won’t pay.’", "‘We left’, and so on."]),
        ("He: 'we won't pay. We left.' It rains.", ["He: 'we won't pay.'", "'We left.'", "It rains."]),
        ("He: 『we paid. We left.』 It rains. [1]", ["He: 『we paid.』", "『We left.』", "It rains."]),
        ("He: 『we paid. We left.』 [1]", ["He: 『we paid.』", "『We left.』"]),
        ("He: <<we paid. We left.>> It rains.", ["He: <<we paid.>>", "<<We left.>>", "It rains."]),
        ("He: <<we paid. We left>>, and so on.", ["He: <<we paid.>>", "<<We left>>, and so on."]),
        ('He said "we paid. [1] We left." [2] It rains.', ['He said "we paid."', '"We left."', "It rains."]),
        ('He said "we paid.\nWe left." It rains.', ['He said "we paid."', '"We left."', "It rains."]),
        ('He said: "We paid. [1]\n\nWe left." [1] It rains.', ['He said: "We paid."', '"We left."', "It rains."]),
        ("- He said “we paid.\n- We left.”\n- It rains.", ["He said “we paid.”", "“We left.”", "It rains."]),
        ("He: ❝we paid. We left.❞ It rains.", ["He: ❝we paid.❞", "❝We left.❞", "It rains."]),
        ("He: ,,we paid. We left.” It rains.", ["He: ,,we paid.“", ",,We left.”", "It rains."]),
    ],
)  # fmt: skip
def test_a_quotation_runs_on_until_it_is_closed(reply: str, claims: list[str]) -> None:
    assert [written.claim for written in _read(reply)] == claims
    assert _read(reply, 1) == _read(reply)


@pytest.mark.parametrize(
    "reply",
    [
        'He said "we paid. It rains. She said "no" and left.',
        "He said “we paid. It rains. She said “no” and left.",
        "He said “we paid. It rains.\n\nShe said “no” and left.",
        "- He said ‘we paid.\n- It rains.’",
        'He said "we paid.\n\n"We left," he said. It rains.',
        'The pipe is 5" wide. It broke. The other is 6" wide.',
        "It is 40° 26′ 46″ north. It is 5' 10\" tall. It rains.",
        "In the '90s it rained. The workers' pay fell. It’s over, the dogs’ day.",
        "He said “we paid. It " + "rains. It " * 40 + "ends”.",
    ],
)
def test_a_mark_that_is_never_closed_makes_no_quotation_of_later_sentences(reply: str) -> None:
    found = _read(reply)
    assert [written.claim for written in found] == [written.text for written in found]
    assert _read(reply, 1) == found


def test_sentences_wait_for_the_end_of_their_quotation() -> None:
    stream = SentenceStream("en")
    assert list(stream.feed("He said “we paid. [1] We left. We won. ")) == []
    found = [written.text for written in stream.feed("It is over.” It rains ")]
    assert found == ["He said “we paid.", "We left.", "We won.", "It is over.”"]


@pytest.mark.parametrize(
    ("reply", "whole"), [("It rains.", True), ("It rains.” [1]", True), ("It rains [1]", False), ("It", False)]
)
def test_whether_the_last_sentence_has_an_end(reply: str, whole: bool) -> None:
    assert [written.whole for written in _read(reply)] == [whole]


@pytest.mark.parametrize("size", [1, LONG])
@pytest.mark.parametrize(
    "unit",
    [
        *("x", "word ", ". ", ".", " ", "\t", "\n", "[", "]", "[[", "[1", "[1] ", "[1](", "[a](", "![", "【", "(", "*"),
        *(
            "*a ",
            "**a** ",
            "_",
            "`",
            "```",
            "~",
            "-",
            "- ",
            "#",
            "# ",
            "> ",
            "|",
            "| a ",
            '"',
            '."',
            "<",
            "<think",
            "[TH",
            "“a. ",
            "“ab “cd. ",
            "«ab cd. «",
            "‘ab cd. ",
            "<think>",
            "1. ",
        ),
        *("It rains in town. [1] ", "天气很好。", "天", "a.b", "1-", "[1-", "[1,1", "[passage ", "\r", "!?", "e\u0301"),
    ],
)
def test_time_grows_with_the_length_alone(unit: str, size: int) -> None:
    reply = (unit * LONG)[:LONG]
    start = time.monotonic()
    found = _read(reply, size)
    assert time.monotonic() - start < SECONDS
    assert max((len(written.text) for written in found), default=0) <= 1100


_FRAGMENTS = st.sampled_from(
    [
        *(
            "[1]",
            "[2, 3]",
            "[1-3]",
            "[^1]",
            "[[1]](#x)",
            "【1†s】",
            "[Passage 2]",
            "[99]",
            "[",
            "]",
            "(",
            ")",
            "](",
            "![x](y)",
        ),
        *("```", "\n```py\n", "|", "\n- ", "\n1. ", "\n# ", "\n> ", "**", "_", "~~", "`", "<b>", "<think>", "</think>"),
        *("<THINKING>", "</Reasoning>", "[THINK]", "[/THINK]", "◁think▷", "<th", "ink>", "</"),
        *('"', "“", "”", "„", "«", "»", "'", "‘", "’", "<<", ">>", ' "We', 'left." ', "“We ", "left.” ", '5" '),
        *(
            ". ",
            "! ",
            "。",
            "։ ",
            "\n",
            "\r\n",
            " ",
            "It rains",
            "the bridge",
            "天气",
            "مرحبا",
            "48",
            "3.5",
            "\ud800",
            "\x00",
        ),
    ]
)
_REPLIES = st.lists(_FRAGMENTS | st.text(max_size=10), max_size=40).map("".join)


@settings(max_examples=300)
@given(reply=_REPLIES, cuts=st.lists(st.integers(0, 300), max_size=20))
def test_however_a_reply_is_cut_it_makes_the_same_sentences(reply: str, cuts: list[int]) -> None:
    places = sorted({0, len(reply), *(cut for cut in cuts if cut < len(reply))})
    assert _read_pieces([reply[start:end] for start, end in pairwise(places)]) == _read(reply)


# Without the numbers and words of markers, the addresses of links and the names of code.
_LETTERS = st.text(alphabet="abcdef XYZ.!?\n*_`~|#>-<“”天。é", max_size=200)


@settings(max_examples=300)
@given(reply=_LETTERS, markers=st.lists(st.integers(0, 200), max_size=5))
def test_no_letter_is_lost_and_none_invented(reply: str, markers: list[int]) -> None:
    plain = re.sub(r"(?m)^([\s>#*•+–-]*)(?:```+|~~~+)[ \t]*\S*\s*$", r"\1", reply)
    text = plain
    for place in sorted({min(marker, len(plain)) for marker in markers}, reverse=True):
        text = f"{text[:place]}[1]{text[place:]}"
    kept = "".join(c for written in _read(text) for c in written.text if c.isalnum())
    assert kept == "".join(c for c in plain if c.isalnum())


_WORDS = st.sampled_from(["the", "bridge", "of", "Ellery", "opened", "in", "May", "2021", "with", "48", "ferries"])
_SENTENCES = st.lists(_WORDS, min_size=2, max_size=12).map(lambda words: f"It {' '.join(words)} today.")


@settings(max_examples=100)
@given(sentences=st.lists(_SENTENCES, min_size=1, max_size=8), size=st.integers(1, 30))
def test_natural_text_keeps_its_sentences_and_their_markers(sentences: list[str], size: int) -> None:
    reply = " ".join(f"{sentence} [{number}]" for number, sentence in enumerate(sentences, 1))
    found = [(written.text, written.passages) for written in _read(reply, size)]
    assert found == [(sentence, (number,)) for number, sentence in enumerate(sentences, 1)]
