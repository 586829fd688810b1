from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.articles import decode
from assistant.cleaning import Cleaned, clean
from assistant.cleaning.furniture import recognise
from assistant.cleaning.lines import is_prose

DATA = Path(__file__).parent.parent / "data"
PAGES = sorted((DATA / "pages").iterdir())

PROSE = "The council met on Monday and chose a new chair."
MORE_PROSE = "It will meet again in June, the mayor told reporters."
TITLE = "Harbour bridge to reopen in spring"


def page(*blocks: str) -> str:
    return "\n\n".join(blocks)


def reasons(cleaned: Cleaned) -> dict[str, str]:
    return {removed.text: removed.reason for removed in cleaned.removed}


def words_of(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_of_a_messy_page_the_article_is_left(path: Path) -> None:
    cleaned = clean(decode(path.read_bytes()), markdown=path.suffix == ".md")
    assert cleaned.text + "\n" == (DATA / "cleaned" / f"{path.stem}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "line",
    [
        *("Leave a Reply", "Your email address will not be published. Required fields are marked *", "Advertisement"),
        *("Share on Facebook", "Read also: Another bridge opens", "READ MORE", "Subscribe to our newsletter"),
        *("Follow us on Facebook and Telegram!", "Photo: Jane Doe/Reuters", "Sign up for our daily newsletter."),
        *("Оставить комментарий", "Реклама", "Читайте также: Мост открыт", "Фото: РИА Новости"),
        *(
            "Подписывайтесь на наш Telegram-канал, чтобы быть в курсе!",
            "Нашли ошибку? Выделите её и нажмите Ctrl+Enter",
        ),
        *("Bir cevap yazın", "Reklam", "Bu haberi paylaş", "Bizi Twitter'dan takip edin.", "DEVAMINI OKU"),
        *("Şərh yazın", "Həmçinin oxuyun: Yeni körpü", "Bizi Facebook-da izləyin", "Daha ətraflı: Yeni körpü"),
        *("Թողնել մեկնաբանություն", "Գովազդ", "Կարդացեք նաև՝ Նոր կամուրջ", "Հետևեք մեզ Facebook-ում։"),
        *("Laisser un commentaire", "Publicité", "À lire aussi : Un nouveau pont", "Suivez-nous sur Facebook"),
        *("Kommentar schreiben", "Anzeige", "Lesen Sie auch: Neue Brücke", "Folgen Sie uns auf Instagram."),
        *("Deja un comentario", "Publicidad", "Lee también: Un puente nuevo", "Síguenos en Twitter"),
        *("Залишити коментар", "Читайте також: Новий міст", "Підписуйтесь на наш Telegram-канал!"),
    ],
)
def test_plain_furniture_goes_wherever_it_stands(line: str) -> None:
    cleaned = clean(page(TITLE, PROSE, line, MORE_PROSE))
    assert cleaned.text == page(TITLE, PROSE, MORE_PROSE)
    assert [removed.text for removed in cleaned.removed] == [line]


@pytest.mark.parametrize(
    "line",
    [
        *("Home", "Search", "Comments", "Print", "Facebook Twitter WhatsApp", "Home | News | Sport", "Back to top"),
        *("Home > Town > Trams", "12 comments", "1,245 views", "5 min read", "Reading time: 3 minutes", "16+"),
        *("We use cookies to give you the best experience. By continuing you agree to their use.", "Accept all"),
        *("Главная", "Поиск", "Поделиться", "Просмотров: 345", "12+", "Наверх", "Время чтения: 3 минуты"),
        *("Этот сайт использует файлы cookie. Продолжая пользоваться сайтом, вы соглашаетесь с этим.", "RU | EN"),
        *("Ana Sayfa", "Giriş Yap", "Paylaş", "Yazdır", "Yukarı çık", "Künye", "345 görüntülenme"),
        *("Ana səhifə", "Axtarış", "Paylaş", "Çap et", "Baxış sayı: 873", "Yuxarı"),
        *("Գլխավոր", "Որոնում", "Կիսվել", "Տպել", "Վերև"),
        *("Accueil", "Rechercher", "Partager", "Imprimer", "Retour en haut", "Tout accepter", "3 min de lecture"),
        *("Nous utilisons des cookies pour améliorer votre expérience.", "Startseite", "Anmelden", "Teilen"),
        *("Wir verwenden Cookies, um Ihnen das beste Erlebnis zu bieten.", "Drucken", "Nach oben", "Inicio"),
        *("Buscar", "Compartir", "Imprimir", "Volver arriba", "Utilizamos cookies para mejorar su experiencia."),
    ],
)
def test_what_articles_also_say_goes_only_at_the_edges(line: str) -> None:
    assert clean(page(line, TITLE, PROSE, MORE_PROSE)).text == page(TITLE, PROSE, MORE_PROSE)
    assert clean(page(TITLE, PROSE, MORE_PROSE, line)).text == page(TITLE, PROSE, MORE_PROSE)
    assert clean(page(TITLE, PROSE, line, MORE_PROSE)).text == page(TITLE, PROSE, line, MORE_PROSE)


@pytest.mark.parametrize(
    "line",
    [
        *("© 2024 The Lindow Times. All rights reserved.", "(c) 2019-2024 Lindow", "Copyright 2024 Lindow Media Ltd"),
        *(
            "All rights reserved.",
            "All rights reserved. Reproduction without permission is prohibited.",
            "Legal notice",
        ),
        "The views expressed in this article are those of the author and may not reflect those of the paper.",
        "Reprint of materials in any form is permitted only with a hyperlink to the site.",
        *(
            "Все права защищены",
            "При использовании материалов сайта ссылка на источник обязательна.",
            "Учредитель: АНО",
        ),
        *("Мнение редакции может не совпадать с мнением автора.", "Tüm hakları saklıdır", "Künye | Gizlilik | KVKK"),
        "Sitemizde yayınlanan haberlerin izinsiz ve kaynak gösterilmeden kopyalanması yasaktır.",
        *("Bütün hüquqlar qorunur", "Saytdakı materiallardan istifadə edərkən istinad mütləqdir."),
        *("Բոլոր իրավունքները պաշտպանված են", "Կայքի նյութերի օգտագործման դեպքում հղումը պարտադիր է։"),
        *("Tous droits réservés", "Toute reproduction, même partielle, est interdite sans autorisation.", "Impressum"),
        *("Alle Rechte vorbehalten.", "Nachdruck nur mit Genehmigung des Verlags.", "Todos los derechos reservados."),
        "Prohibida la reproducción total o parcial sin autorización.",
        *("Phone: +7 (495) 000-00-00", "Tel./Fax: +90 212 000 00 00", "E-mail: info@lindow.example", "Тел: 000-00-00"),
        "4 office, 5 floor, 2 Harbour Str., 2 bldg., Lindow, 127015.",
    ],
)
def test_footers_go(line: str) -> None:
    cleaned = clean(page(TITLE, PROSE, MORE_PROSE, line))
    assert cleaned.text == page(TITLE, PROSE, MORE_PROSE)
    assert {removed.reason for removed in cleaned.removed} <= {"legal footer", "contact details", "menu"}


@pytest.mark.parametrize(
    "sentence",
    [
        "He said he would share the comments.",
        "All rights reserved for the opposition, he joked.",
        "“All rights reserved,” said the poster.",
        "Leave a reply for her, the note said, and he did.",
        "Read also between the lines, the lawyer told the court.",
        "Read more: that was his father's only advice.",
        "Follow the money, the auditor advised them.",
        "Subscribe to this view at your own risk, wrote the critic.",
        "Copyright law was changed in 2019 by a narrow vote.",
        "Home is where the harbour is, says the proverb.",
        "We use salt, the baker said, and nothing else.",
        "Contact with the ship was lost at 14:20 on 5 March 2022.",
        "The phone number +7 495 000-00-00 was found in his notebook.",
        "The report of 25.04.2024 is at https://lindow.example/report",
        "Published in 1920, the book sold nine copies.",
        "By Friday the water had gone down.",
        "Source of the river: a spring in the hills.",
        "Photo: that is all they found of him.",
        "(c) the third condition is that nobody leaves.",
        "Подписывайтесь под письмом, просила она соседей.",
        "Все права защищены законом, напомнил судья.",
        "Paylaşımında yorum yapmadığını söyledi.",
        "Partager le pain, disait-il, c’est déjà voter.",
        "Die Anzeige gegen den Wirt wurde zurückgezogen.",
        "Compartir el agua será difícil, admitió.",
        "Two hurt.",
        "– No.",
        "“Comments?”",
        "Why?",
    ],
)
def test_a_sentence_with_the_words_of_furniture_stays(sentence: str) -> None:
    for blocks in (
        [TITLE, PROSE, sentence],
        [TITLE, sentence, PROSE],
        [TITLE, PROSE, sentence, MORE_PROSE],
        [sentence],
    ):
        assert clean(page(*blocks)).text == page(*blocks)
    assert clean(page(TITLE, PROSE, sentence, "Leave a Reply", "Name *")).text == page(TITLE, PROSE, sentence)


def test_a_list_of_what_could_be_sections_stays() -> None:
    text = page(PROSE, "The priorities are:\nEconomy\nHome\nSearch")
    assert clean(page(TITLE, text)).text == page(TITLE, text)
    text = page(PROSE, "Priorities of the year", "Economy\nSport")
    assert clean(page(TITLE, text, "Share")).text == page(TITLE, text)


def test_sections_below_an_article_go_with_a_menu_beside_them() -> None:
    assert clean(page(TITLE, PROSE, "Economy\nSport\nContact us\nPrivacy policy")).text == page(TITLE, PROSE)


def test_the_only_line_above_the_prose_stays_even_if_it_is_a_section() -> None:
    assert clean(page("Sport", PROSE)).text == page("Sport", PROSE)


def test_a_column_of_single_words_on_top_is_a_menu_in_any_language() -> None:
    menu = "Αρχική\nΠολιτική\nΟικονομία\nΚόσμος\nΑθλητισμός"
    assert clean(page(menu, "Η γέφυρα ανοίγει ξανά", PROSE)).text == page("Η γέφυρα ανοίγει ξανά", PROSE)
    assert clean(page("Η γέφυρα", "Α\nΒ", PROSE)).text == page("Η γέφυρα", "Α\nΒ", PROSE)


def test_a_bulleted_menu_goes_on_top_only() -> None:
    assert clean(page("• Home\n• Search", TITLE, PROSE)).text == page(TITLE, PROSE)
    text = page(TITLE, PROSE, "Key points", "• Home\n• Search")
    assert clean(text).text == text


def test_a_motto_between_two_copies_of_a_menu_entry_is_part_of_the_menu() -> None:
    cleaned = clean(page("ENG\nA paper for the whole harbour\nENG\nSearch", TITLE, PROSE))
    assert cleaned.text == page(TITLE, PROSE)


def test_unknown_entries_inside_a_menu_go_but_the_headline_stays() -> None:
    assert clean(page("Home\nLindow\nPolitics\nSearch", TITLE, PROSE)).text == page(TITLE, PROSE)
    assert clean(page(f"Home\n{TITLE}\nPolitics", PROSE)).text == page(TITLE, PROSE)


def test_a_label_above_and_below_the_article_is_not_its_headline() -> None:
    cleaned = clean(page("Lindow news", TITLE, PROSE, MORE_PROSE, "Lindow news", "Leave a Reply"))
    assert cleaned.text == page(TITLE, PROSE, MORE_PROSE)
    assert cleaned.imprint.title == TITLE


def test_the_name_of_the_site_above_the_headline_goes() -> None:
    cleaned = clean(page("The Lindow Times", TITLE, PROSE, "© 2024 The Lindow Times"))
    assert cleaned.text == page(TITLE, PROSE)
    assert (cleaned.imprint.title, cleaned.imprint.publisher) == (TITLE, "The Lindow Times")


def test_what_follows_the_end_of_the_page_goes_too() -> None:
    tail = "Related articles\nThe ferry is late\nWhat the tram costs\n3 May 2020\nBy Other Author\n\nLoad another page"
    cleaned = clean(page(TITLE, "By Jane Doe", PROSE, tail))
    assert cleaned.text == page(TITLE, PROSE)
    assert cleaned.imprint.author == "Jane Doe"
    assert cleaned.imprint.published is None


def test_a_signature_below_the_article_stays() -> None:
    assert clean(page(TITLE, PROSE, "Turan", "Share", "Leave a Reply")).text == page(TITLE, PROSE, "Turan")


def test_read_also_takes_the_title_below_it_but_no_sentence() -> None:
    assert clean(page(TITLE, PROSE, "Read also\nThe ferry is late", MORE_PROSE)).text == page(TITLE, PROSE, MORE_PROSE)
    kept = f"Read also:\n{MORE_PROSE}"
    assert clean(page(TITLE, PROSE, kept)).text == page(TITLE, PROSE, MORE_PROSE)


def test_an_article_that_stands_twice_is_kept_once() -> None:
    article = page(TITLE, "– Why?", f"– {PROSE} {MORE_PROSE} {PROSE}", "– And then?", f"– {MORE_PROSE}")
    cleaned = clean(page("Home\nSearch", article, "© 2024 Lindow", "Comments", article))
    assert cleaned.text == article
    assert [removed.reason for removed in cleaned.removed] == ["menu", "legal footer", "comment form", "repeat"]


def test_long_paragraphs_are_not_repeated_but_short_lines_are() -> None:
    long = f"{PROSE} {MORE_PROSE} {PROSE}"
    assert clean(page(TITLE, long, MORE_PROSE, long)).text == page(TITLE, long, MORE_PROSE)
    round_table = page(
        TITLE, "– How do you see the future of the bridge?", PROSE, "– How do you see the future of the bridge?"
    )
    assert clean(page(round_table, MORE_PROSE)).text == page(round_table, MORE_PROSE)


def test_what_goes_on_differently_is_no_repeat() -> None:
    long = f"{PROSE} {MORE_PROSE} {PROSE}"
    text = page(TITLE, long, "They want:\nEconomy", MORE_PROSE)
    assert clean(page(text, long, "They want:\nEconomy\nSecurity")).text == page(text, "They want:\nEconomy\nSecurity")


def test_a_headline_is_not_repeated_and_tags_between_its_copies_go() -> None:
    cleaned = clean(page(f"{TITLE}\nLindow Bridges Europe", TITLE, PROSE, TITLE))
    assert cleaned.text == page(TITLE, PROSE)
    assert [removed.reason for removed in cleaned.removed] == ["tags", "repeated headline", "repeated headline"]
    deck = page(TITLE, "Ferries will run for another month", TITLE, PROSE)
    assert clean(deck).text == page(TITLE, "Ferries will run for another month", PROSE)


def test_a_poem_may_repeat_its_title() -> None:
    poem = page("Never again", "The light is out\nNever again", "The gulls are gone\nNever again")
    assert clean(poem).text == poem


def test_a_known_headline_is_recognised_and_kept_whatever_it_says() -> None:
    cleaned = clean(page("Home\nSport", "Search", PROSE), title="Search")
    assert cleaned.text == page("Search", PROSE)
    assert cleaned.imprint.title == "Search"


@pytest.mark.parametrize(
    ("top", "title"),
    [
        ("“The harbour is not a museum”: an interview with Pavel Hruska", True),
        ("“No way back”", True),
        ("“We shall rebuild the harbour,” the mayor said.", False),
        ("“We shall rebuild.”", False),
        ("– We shall rebuild the harbour", False),
    ],
)
def test_a_headline_may_open_with_a_quotation_and_what_stands_below_speech_is_none(top: str, *, title: bool) -> None:
    text = page(top, "Northern Observer", PROSE, MORE_PROSE)
    assert clean(text).imprint.title == (top if title else None)


def test_white_space_is_folded_but_digits_keep_their_grouping() -> None:
    assert clean("\u00a0 It  cost\t1\u00a0500\u00a0crowns \u202f now. ").text == "It cost 1\u00a0500 crowns now."


def test_text_broken_into_a_column_is_joined_again() -> None:
    lines = [
        "The dam above the lake has passed its first safety",
        "test since the earthquake, the ministry of energy",
        "said on Tuesday. Engineers raised the water by nine",
        "metres.",
        "– Was it enough?",
    ]
    joined = " ".join(lines[:4]) + "\n" + lines[4]
    assert clean("\n".join(lines)).text == joined
    assert clean(page("\n".join(lines), "A" * 200)).text == page("\n".join(lines), "A" * 200)


def test_entities_and_mojibake_are_repaired() -> None:
    assert (
        clean("Tom &amp; Jerry&nbsp;said:&#10;«ÑÎÐ29» and cafÃ© &shy;x.").text
        == "Tom & Jerry said: «СОР29» and café x."
    )


def test_removed_runs_are_slices_of_the_given_text() -> None:
    text = page("Home\nSearch", f"  {TITLE}  ", PROSE, "Share\n\nPrint")
    cleaned = clean(text)
    assert [(run.text, run.reason) for run in cleaned.removed] == [
        ("Home\nSearch", "menu"),
        ("Share\n\nPrint", "share buttons"),
    ]
    assert all(text[run.start : run.end] == run.text for run in cleaned.removed)


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("# A *bold* **title** of `code`", "A bold title of code"),
        ("See [the map](http://x.example/a_b) ![alt](i.png)here <b>now</b><br>.", "See the map here now ."),
        ("> quoted\n> twice", "quoted\ntwice"),
        ("1. one\n2. two\n\n- three\n* four", "1. one\n2. two\n\nthree\n\nfour"),
        (
            "a_b_c 5*2*3 \\*star\\* &amp; <https://x.example>",
            "a_b_c 523 *star* & https://x.example".replace("523", "523"),
        ),
        ("| Year | Tonnes |\n|---|---|\n| 2021 | 12 |", "Year | Tonnes\n2021 | 12"),
        ("    Indented like in a newspaper.", "Indented like in a newspaper."),
        ("```\ncode stays\n```", "code stays"),
        ("<div>\nblock <!-- note\n more --> text\n</div>", "block\ntext"),
        ("[ref]: http://x.example\n\nText [ref].", "Text ref."),
        ("line one\nline two  \nline three", "line one\nline two\nline three"),
        ("Heading\n===\nText", "Heading\n\nText"),
    ],
)
def test_markdown_is_read_as_plain_text(markdown: str, text: str) -> None:
    assert clean(markdown, markdown=True).text == text


def test_plain_text_keeps_its_asterisks() -> None:
    assert clean("5*2*3 = _30_ # no [heading](here)").text == "5*2*3 = _30_ # no [heading](here)"


def test_runs_of_nothing_but_links_are_menus_in_markdown() -> None:
    links = "[Lindow](/a)\n[Trams](/b) | [Boats](/c)\n[Weather today](/d)"
    assert clean(page(links, f"# {TITLE}", PROSE), markdown=True).text == page(TITLE, PROSE)
    assert clean(page(f"# [{TITLE}](/t)", PROSE), markdown=True).text == page(TITLE, PROSE)


def test_front_matter_is_removed_with_its_reason() -> None:
    cleaned = clean(f"---\ntitle: X\n---\n{PROSE}", markdown=True)
    assert cleaned.text == PROSE
    assert [(run.text, run.reason) for run in cleaned.removed] == [("---\ntitle: X\n---", "front matter")]


def test_front_matter_is_rid_of_what_nobody_sees() -> None:
    lines = [r'title: "Fer\0ry"', r'publisher: "El\x1blery\u200b Gazette"', r'author: "\0"']
    text = "\n".join(["---", *lines, "---", PROSE])
    found = clean(text, markdown=True).imprint
    assert (found.title, found.publisher, found.author) == ("Ferry", "Ellery Gazette", None)


@pytest.mark.parametrize("text", [f"---\n- a list\n---\n{PROSE}", f"---\nopen\n{PROSE}"])
def test_what_only_looks_like_front_matter_stays(text: str) -> None:
    assert PROSE in clean(text, markdown=True).text


@pytest.mark.parametrize(
    ("text", "prose"),
    [
        (PROSE, True),
        ("Two hurt.", False),
        ("Will the talks in the harbour go on next week?", False),
        ("Will the talks go on? Nobody in the town hall would say so yesterday", True),
        ("U.S. President visits the harbour", False),
        ("word " * 25, True),
        ("大臣は月曜日、交渉は来週も続くと述べた。", True),
        ("Հանդիպումը տեղի կունենա հաջորդ շաբաթ Գյումրիում։", True),
    ],
)
def test_prose_is_told_from_headlines(text: str, prose: bool) -> None:
    assert is_prose(text) is prose


def test_long_lines_and_spoken_ones_are_never_furniture() -> None:
    assert recognise("Share") is not None
    assert recognise("– Share") is None
    assert recognise("1. Share") is None
    assert recognise("Share " * 200) is None


# --- Whatever stands around an article, every line of it survives ---------------------------------------------------

SENTENCES = [
    PROSE,
    MORE_PROSE,
    "He said he would share the comments with the press.",
    "All rights reserved for the opposition, he joked.",
    "Search teams found the boat near the old pier.",
    "Comments by the minister angered the fishermen of Lindow.",
    "The law of 3 May 2020 bans it, and so does that of 12.04.2021.",
    "Share prices fell by nine per cent on Friday.",
    "Source: nobody knows, and nobody asks.",
    "Read more: that was all she told him.",
    "Фермеры опасаются, что засуха уничтожит урожай.",
    "Он обещал поделиться комментариями с журналистами.",
    "Köprü bahara kadar kapalı kalacak, belediye duyurdu.",
    "Fermerlər quraqlığın məhsulu məhv edəcəyindən qorxurlar.",
    "Հանդիպումը տեղի կունենա հաջորդ շաբաթ Գյումրիում։",
    "Les agriculteurs craignent que la sécheresse ne détruise la récolte.",
    "Kommentare zum Urteil gab der Richter keine ab.",
    "Compartir el agua será difícil, admitió la alcaldesa.",
    "Fire in Lindow.",
    "Two hurt.",
    "Why?",
]
ANSWERS = ["Yes.", "No.", "Well, maybe.", "Share it!", "Comments?", "Why not?"]
SUBHEADLINES = [
    "No mention of the war",
    "Politics as usual",
    "Comments from the harbour",
    "Почему это важно",
    "La suite",
]
VERSES = [
    "They put the lamp out in the spring",
    "and share the bread and share the light",
    "home is a harbour far from here",
    "nobody searches for me now",
    "the news of snow is always old",
]
ENTRIES = ["Economy", "Security", "Culture", "Sport", "Home", "Search", "Politics", "Comments", "Two new schools"]
LISTS = [("", "They want:"), ("- ", "The priorities are:"), ("• ", "What matters"), ("1. ", "Three tasks")]

sentences = st.sampled_from(SENTENCES)
blocks = st.one_of(
    st.lists(sentences, min_size=1, max_size=4).map(lambda several: [" ".join(several)]),
    st.tuples(sentences, st.sampled_from(ANSWERS)).map(lambda pair: [f"– {line}" for line in pair]),
    st.tuples(sentences, st.sampled_from(ANSWERS)).map(lambda pair: [f"- {line}" for line in pair]),
    st.tuples(st.sampled_from(LISTS), st.lists(st.sampled_from(ENTRIES), min_size=2, max_size=5, unique=True)).map(
        lambda pair: [pair[0][1], *(pair[0][0] + entry for entry in pair[1])]
    ),
    st.sampled_from(SUBHEADLINES).map(lambda line: [line]),
    st.lists(st.sampled_from(VERSES), min_size=3, max_size=5, unique=True),
)
bodies = st.lists(blocks, min_size=1, max_size=7)

HEAD = [
    "Home",
    "Menu",
    "Search",
    "News",
    "Politics",
    "Login",
    "ENG",
    "Главная",
    "Поиск",
    "Ana Sayfa",
    "Gündem",
    "Accueil",
]
HEAD += ["Startseite", "Home | News | Sport", "Facebook Twitter", "Share", "We use cookies on this site.", "Accept all"]
INSIDE = ["Advertisement", "Реклама", "Anzeige", "Read also: Another bridge opens", "Subscribe to our newsletter"]
TAIL = ["Share", "Facebook", "Print", "Tags: bridge, town", "Back to top", "Comments", "16+", "Tel.: +7 000 000-00-00"]
ENDS = [
    [
        "Leave a Reply",
        "Your email address will not be published. Required fields are marked *",
        "Name *",
        "Post Comment",
    ],
    ["Related articles", "Another bridge opens", "What the ferry costs"],
    ["© 2022 The Lindow Times. All rights reserved.", "Privacy Policy", "Contact us"],
    ["Похожие новости", "Трамвай возвращается", "© 2022 Вестник. Все права защищены."],
]


def some(choice: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(choice), max_size=5, unique=True)


def assemble(
    body: list[list[str]], opening: tuple[str, list[str]], around: tuple[list[str], list[str], list[str]], gap: str
) -> tuple[str, str, str]:
    """Head, article and tail of a page, with furniture between the blocks of the article."""
    head, inside, tail = around
    text = ["\n".join(block) for block in body]
    for n, line in enumerate(inside):
        text.insert(min(2 * n + 1, len(text)), line)
    return gap.join(head), page(opening[0], *opening[1], *text), gap.join(tail)


TITLES = [TITLE, "Мост закроют на год", "Will the talks go on?", "The news from Lindow"]
IMPRINTS = [[], ["12 March 2021"], ["By Jane Doe", "5 марта 2022, 14:20"]]
tails = st.tuples(some(TAIL), st.sampled_from([[], *ENDS])).map(lambda pair: pair[0] + pair[1])


@settings(max_examples=250)
@given(
    bodies,
    st.tuples(st.sampled_from(TITLES), st.sampled_from(IMPRINTS)),
    st.tuples(some(HEAD), some(INSIDE), tails),
    st.sampled_from(["\n", "\n\n"]),
    st.booleans(),
)
def test_every_line_of_an_article_survives(
    body: list[list[str]],
    opening: tuple[str, list[str]],
    around: tuple[list[str], list[str], list[str]],
    gap: str,
    twice: bool,
) -> None:
    head, article, tail = assemble(body, opening, around, gap)
    survived = words_of(clean(page(*filter(None, [head, article, tail, article if twice else ""]))).text)
    assert [line for line in [opening[0], *(line for block in body for line in block)] if line not in survived] == []


@given(bodies)
def test_an_article_without_anything_around_it_is_returned_whole(body: list[list[str]]) -> None:
    text = page(*("\n".join(block) for block in body))
    survived = words_of(clean(text).text)
    assert [line for block in body for line in block if line not in survived] == []


@given(st.text(st.characters(codec="utf-8"), max_size=300), st.booleans())
def test_every_line_is_kept_or_reported(text: str, markdown: bool) -> None:
    cleaned = clean(text, markdown=markdown)
    reported: set[int] = set()
    for run in cleaned.removed:
        assert text[run.start : run.end] == run.text
        assert run.reason
        reported.update(range(run.start, run.end))
    start = 0
    for line in text.split("\n"):
        kept = words_of(line) and start not in reported
        if kept and not markdown and line.isascii() and "&" not in line:
            assert words_of(line) in words_of(cleaned.text)
        start += len(line) + 1


@given(st.lists(st.sampled_from([*SENTENCES, *HEAD, *TAIL, *INSIDE, "", "12 March 2021", "By Jane Doe"]), max_size=12))
def test_cleaning_what_is_clean_changes_little(lines: list[str]) -> None:
    once = clean("\n".join(lines)).text
    assert len(clean(once).text) <= len(once)
