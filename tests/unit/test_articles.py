import hashlib
import os
import socket
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from assistant.articles import CorpusFile, UnreadableFileError, article_id, article_path, decode, find_files, repair
from assistant.errors import CorpusError

LIMIT = 1_000_000
NOBODY = 65534

RU = "Министр заявил в понедельник, что переговоры продолжатся. Фермеры опасаются, что засуха уничтожит урожай."
UK = "Міністр заявив у понеділок, що переговори продовжаться. Її приймач чути й у Києві."
TR = "Bakan görüşmelerin süreceğini söyledi. Çiftçiler kuraklıktan korkuyor, İzmir'de şiddetli ısınma var."
AZ = "Nazir bildirib ki, danışıqlar gələn həftə davam edəcək. Fermerlər quraqlıqdan qorxurlar."
HY = "Նախարարը հայտարարեց, որ բանակցությունները կշարունակվեն հաջորդ շաբաթ։ Կամուրջը փակ կլինի մինչև գարուն։"
FR = "Le ministre a déclaré lundi que les pourparlers se poursuivraient. À Noël, l’été était déjà loin : 12 °C."
DE = "Der Minister sagte am Montag, dass die Gespräche weitergehen. Die Brücke bleibt geschlossen, heißt es – bis März."
ES = "El ministro dijo que las conversaciones continuarán mañana. ¿Qué pasó? ¡Nadie lo sabía!"
IS = "Ráðherrann sagði að viðræðurnar myndu halda áfram. Þó að veðrið sé slæmt fór æði margt fólk út, sagði Þórður."
PL = "Minister powiedział w poniedziałek, że rozmowy będą kontynuowane. Dwie osoby zostały ranne w pożarze magazynu."
EN = "The minister’s “plan” – it costs £5 million – was leaked."
EL = "Ο υπουργός δήλωσε τη Δευτέρα ότι οι συνομιλίες θα συνεχιστούν την επόμενη εβδομάδα."


def noise(size: int) -> bytes:
    return hashlib.shake_256(str(size).encode()).digest(size)


def ids(files: list[CorpusFile]) -> list[str]:
    return [file.id for file in files]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other users may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def as_nobody() -> Iterator[None]:
    """Drops the rights of root, which may read everything, where the tests have them."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


def test_files_are_found_at_any_depth_by_their_ending_and_sorted(tmp_path: Path) -> None:
    names = ["b.txt", "a.md", "deep/er/C.TXT", "deep/d.Markdown", "e.text"]
    others = ["metadata.yaml", "picture.jpg", "no_ending", "x.txt.bak", ".hidden.txt", ".git/f.txt"]
    for name in names + others:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text", encoding="utf-8")
    files, skipped = find_files(tmp_path, LIMIT)
    assert ids(files) == sorted(names)
    assert skipped == []
    assert [file.is_markdown for file in files] == [True, False, True, False, False]
    assert all(file.path == tmp_path / file.id for file in files)


@pytest.mark.parametrize("name", ["missing", "file.txt"])
def test_a_corpus_that_is_no_folder_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "file.txt").write_text("text", encoding="utf-8")
    with pytest.raises(CorpusError, match=name):
        find_files(tmp_path / name, LIMIT)


def test_a_corpus_that_may_not_be_listed_is_an_error(folder: Path) -> None:
    folder.chmod(0o000)
    with as_nobody(), pytest.raises(CorpusError, match="no permission"):
        find_files(folder, LIMIT)
    folder.chmod(0o755)


def test_a_folder_that_may_not_be_listed_is_skipped_and_the_rest_goes_on(folder: Path) -> None:
    (folder / "closed").mkdir(mode=0o000)
    (folder / "open.txt").write_text("text", encoding="utf-8")
    with as_nobody():
        files, skipped = find_files(folder, LIMIT)
    assert ids(files) == ["open.txt"]
    assert [(skip.path, skip.reason) for skip in skipped] == [("closed", "no permission to read it")]


def test_loops_of_links_end(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "up").symlink_to(tmp_path / "a")
    (tmp_path / "a" / "self.txt").symlink_to(tmp_path / "a" / "self.txt")
    (tmp_path / "a" / "b" / "article.txt").write_text("text", encoding="utf-8")
    files, skipped = find_files(tmp_path, LIMIT)
    assert ids(files) == ["a/b/article.txt"]
    assert [(skip.path, skip.reason) for skip in skipped] == [("a/self.txt", "link that leads back to itself")]


def test_a_folder_with_several_links_to_it_is_listed_once_by_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "z").mkdir()
    (tmp_path / "z" / "article.txt").write_text("text", encoding="utf-8")
    (tmp_path / "a").symlink_to(tmp_path / "z")
    (tmp_path / "b").symlink_to(tmp_path / "z")
    assert ids(find_files(tmp_path, LIMIT)[0]) == ["z/article.txt"]


def test_links_out_of_the_corpus_are_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    corpus = tmp_path / "corpus"
    for made in (outside, corpus):
        made.mkdir()
    (outside / "article.txt").write_text("text", encoding="utf-8")
    (corpus / "linked").symlink_to(outside)
    (corpus / "file.txt").symlink_to(outside / "article.txt")
    assert ids(find_files(corpus, LIMIT)[0]) == ["file.txt", "linked/article.txt"]


def test_what_cannot_be_an_article_is_skipped_with_its_reason(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.txt")
    (tmp_path / "broken.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "ignored.jpg").symlink_to(tmp_path / "nowhere")
    (tmp_path / "large.txt").write_bytes(b"x" * (LIMIT + 1))
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "folder.txt" / "inside.txt").write_text("text", encoding="utf-8")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.fspath(tmp_path / "socket.md"))
        files, skipped = find_files(tmp_path, LIMIT)
    assert ids(files) == ["folder.txt/inside.txt"]
    assert {skip.path: skip.reason for skip in skipped} == {
        "broken.txt": "broken link or vanished file",
        "fifo.txt": "not a regular file",
        "large.txt": "too large: 1.0 MB, and the limit is 1.0 MB",
        "socket.md": "not a regular file",
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (b"plain name.txt", "plain name.txt"),
        ("Мост.txt".encode(), "Мост.txt"),
        (b"latin-1 \xe9.txt", "latin-1 \\udce9.txt"),
        (b"two\nlines\x1b[31m.txt", "two\\nlines\\x1b[31m.txt"),
        ("e\u0301te\u0301.txt".encode(), "\u00e9t\u00e9.txt"),
    ],
)
def test_an_id_is_printable_whatever_the_file_is_called(tmp_path: Path, name: bytes, expected: str) -> None:
    (tmp_path / os.fsdecode(name)).write_text("text", encoding="utf-8")
    files, _ = find_files(tmp_path, LIMIT)
    assert ids(files) == [expected]
    assert files[0].read_bytes() == b"text"
    assert article_id(os.fsdecode(name)) == expected


def test_names_that_differ_in_the_coding_of_accents_are_one_id(tmp_path: Path) -> None:
    for name in ("\u00e9.txt", "e\u0301.txt"):
        (tmp_path / name).write_text("text", encoding="utf-8")
    files, skipped = find_files(tmp_path, LIMIT)
    assert (ids(files), [skip.path for skip in skipped]) == (["\u00e9.txt"], ["\u00e9.txt"])
    assert "accents" in skipped[0].reason


@pytest.mark.parametrize("kept", ["NFC", "NFD"])
@pytest.mark.parametrize("name", ["plain.txt", "\u0439.txt", "\u0439/\u0451.txt", "\u0439/plain/\u00e9.txt"])
def test_an_article_leads_back_to_its_file_however_accents_are_coded(
    tmp_path: Path, name: str, kept: Literal["NFC", "NFD"]
) -> None:
    path = tmp_path / unicodedata.normalize(kept, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("text", encoding="utf-8")
    (file,) = find_files(tmp_path, LIMIT)[0]
    assert article_path(tmp_path, file.id) == file.path == path


def test_of_folders_that_differ_in_the_coding_of_accents_the_one_with_the_file_is_found(tmp_path: Path) -> None:
    for folder, name in (("\u00e9", "a.txt"), ("e\u0301", "b.txt")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text("text", encoding="utf-8")
    files, _ = find_files(tmp_path, LIMIT)
    assert [article_path(tmp_path, file.id) for file in files] == [file.path for file in files]


def test_of_files_with_one_id_the_article_is_found(tmp_path: Path) -> None:
    for name in ("\u00e9.txt", "e\u0301.txt", "\u03ac.txt", "\u03b1\u0301.txt"):
        (tmp_path / name).write_text("text", encoding="utf-8")
    files, _ = find_files(tmp_path, LIMIT)
    assert [article_path(tmp_path, file.id) for file in files] == [file.path for file in files]


def test_a_file_that_vanished_leads_where_its_id_says(tmp_path: Path) -> None:
    assert article_path(tmp_path, "\u00e9.txt") == tmp_path / "\u00e9.txt"


def test_a_name_that_is_too_long_with_its_accents_apart_leads_to_its_file(tmp_path: Path) -> None:
    path = tmp_path / ("\u0439" * 100 + ".txt")
    path.write_text("text", encoding="utf-8")
    assert article_path(tmp_path, path.name) == path


def test_a_file_that_vanished_or_is_something_else_by_now_has_a_reason(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="vanished") as vanished:
        CorpusFile("a.txt", tmp_path / "a.txt").read_bytes()
    assert vanished.value.reason == "broken link or vanished file"
    with pytest.raises(UnreadableFileError, match="is a directory"):
        CorpusFile("a.txt", tmp_path).read_bytes()


def test_a_file_without_permission_has_a_reason(folder: Path) -> None:
    path = folder / "a.txt"
    path.touch(mode=0o000)
    with as_nobody(), pytest.raises(UnreadableFileError, match="no permission"):
        CorpusFile("a.txt", path).read_bytes()


@pytest.mark.parametrize("text", [RU, UK, TR, AZ, HY, FR, DE, ES, IS, PL, EN, EL])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_is_read_with_and_without_a_byte_order_mark(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("text", "encodings"),
    [
        (RU, ["cp1251", "koi8-r", "cp866", "iso8859-5"]),
        (UK, ["cp1251", "koi8-u"]),
        (TR, ["cp1254", "iso8859-9"]),
        (FR.replace("’", "'"), ["cp1252", "iso8859-1", "iso8859-15"]),
        (FR, ["cp1252"]),
        (DE, ["cp1252"]),
        (ES, ["cp1252", "iso8859-1"]),
        (IS, ["cp1252"]),
        (PL, ["cp1250", "iso8859-2"]),
        (EN, ["cp1252"]),
        (EL, ["cp1253", "iso8859-7"]),
    ],
)
def test_code_pages_are_told_apart_on_one_sentence_and_on_many(text: str, encodings: list[str]) -> None:
    for encoding in encodings:
        for article in (text.partition(". ")[0], text, "\n\n".join([text] * 20)):
            assert decode(article.encode(encoding)) == article, encoding


def test_the_codings_of_east_asia_are_read() -> None:
    text = "港口附近一個倉庫發生火災，兩人受傷。部長星期一表示，談判將在下週繼續。\n" * 3
    assert decode(text.encode("gb18030")) == text
    assert decode(text.encode("big5")) == text


def test_a_few_broken_bytes_do_not_make_utf8_another_encoding() -> None:
    cut_inside_a_letter = RU.encode()[:-2]
    assert decode(cut_inside_a_letter) == RU[:-2] + "\ufffd"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \n\t\r\n", "empty"),
        ("\ufeff".encode(), "empty"),
        ("\u200b\u00ad".encode(), "empty"),
        (b"%PDF-1.7\n1 0 obj", "binary: PDF"),
        (b"PK\x03\x04rest", "binary: ZIP archive or office document"),
        (b"\xff\xd8\xff\xe0JFIF", "binary: JPEG image"),
        (b"\x00" * 1000, "binary, or text in an unknown encoding"),
        (bytes(range(256)) * 4, "binary, or text in an unknown encoding"),
        (b"\xff\xfe" + noise(400), "binary, or text in an unknown encoding"),
        *((noise(300 * n), "binary, or text in an unknown encoding") for n in range(1, 20)),
        (bytes(byte | 0x80 for byte in noise(500)), "binary, or text in an unknown encoding"),
    ],
)
def test_what_is_no_text_has_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFileError) as error:
        decode(data)
    assert error.value.reason == reason


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("a\r\nb\rc\u2028d\u2029e\x0bf\x0cg", "a\nb\nc\nd\ne\nf\ng"),
        ("The text of an article with\x00 a stray NUL and a \x07 bell in it", None),
        ("re\u00adpub\u200blic \u202eevil\u2066 \ufefftext", "republic evil text"),
        ("hidden\U000e0041\U000e0042 words", "hidden words"),
        ("e\u0301", "\u00e9"),
        ("zero\u200cwidth\u200djoiners", "zerowidthjoiners"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
    ],
)
def test_line_ends_are_unified_and_the_invisible_is_left_out(stored: str, read: str | None) -> None:
    assert decode(stored.encode()) == (read or stored.replace("\x00", "").replace("\x07", ""))


def test_lone_surrogates_do_not_get_through() -> None:
    assert decode(b"The text " + b"\xed\xa0\x80" + RU.encode()).endswith(RU)
    assert not any(
        "\ud800" <= c <= "\udfff" for c in decode(b"\xff\xfe" + "text ".encode("utf-16-le") * 20 + b"\x00\xd8")
    )


@given(st.text())
def test_whatever_was_decoded_is_tidy(text: str) -> None:
    try:
        once = decode(text.encode("utf-8", "surrogatepass"))
    except UnreadableFileError:
        return
    assert not any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\t\n" for c in once)
    assert unicodedata.is_normalized("NFC", once)


@pytest.mark.parametrize(
    ("broken", "repaired"),
    [
        ("«ÑÎÐ29 and a vision»", "«СОР29 and a vision»"),
        ("Ïóòèí ñêàçàë, ÷òî ýòî íå òàê.", "Путин сказал, что это не так."),
        ("Он сказал: «Ïóòèí», и ушёл", "Он сказал: «Путин», и ушёл"),
        ("Äîì ¹ 5 «Óëèöà»", "Дом № 5 «Улица»"),
        ("cafÃ© â€œquotedâ€\x9d", "café “quoted”"),
        ("voilÃ\xa0 le cafÃ©", "voilà le café"),
        ("Ä°stanbul ÅŸehri", "İstanbul şehri"),
        ("РџСѓС‚РёРЅ СЃРєР°Р·Р°Р»", "Путин сказал"),
        ("Õ€Õ¡ÕµÕ¡Õ½Õ¿Õ¡Õ¶", "Հայաստան"),
        ("Tom &amp; Jerry&#39;s &laquo;show&raquo;", "Tom & Jerry's «show»"),
    ],
)
def test_mojibake_and_entities_are_repaired(broken: str, repaired: str) -> None:
    assert repair(broken) == repaired


@pytest.mark.parametrize("text", [RU, UK, HY, AZ])
def test_utf8_that_was_read_as_a_western_code_page_is_undone(text: str) -> None:
    assert repair(text.encode().decode("sloppy-windows-1252")) == text
    assert decode(text.encode().decode("latin-1").encode()) == text


@pytest.mark.parametrize(
    "text",
    [
        *(RU, UK, TR, AZ, HY, FR, DE, ES, IS, PL, EN, EL),
        *("the letters å, ä, ö, æ and ø", "åäö æøå äöüß", "ÆØÅÄÖ", "À é", "¿Qué? ¿Él? ¡Áéí!", "Þó", "R&D &co; AT&T;"),
        *("«EVRUSVÆÐIÐ»", "«VIETNÃ»", "»MARWARÎ«", "2 × 3 ÷ 4 ± 1", "m² 10 °C § 5 ¶ ª º", "Ôªº¿", "à€€à€€à€€"),
    ],
)
def test_good_text_is_left_as_it_is(text: str) -> None:
    assert repair(text) == text


@pytest.mark.parametrize("language", ["fr", "tr", "az", "de", "es", "is", "pt", "sv", "hu", "cs", "vi"])
def test_no_name_in_the_locale_data_of_a_latin_language_is_taken_for_mojibake(language: str) -> None:
    locale = Locale.parse(language)
    names = [*locale.languages.values(), *locale.territories.values(), *map(str, locale.currencies.values())]
    for name in names + [" ".join(names[i : i + 10]) for i in range(0, len(names), 10)]:
        for text in (name, name.upper(), f"«{name.upper()}»"):
            assert repair(text) == text
