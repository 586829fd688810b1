"""Turns the bytes of a text file into characters, whatever encoding they are in.

UTF-8 is tried first, since text in another encoding is hardly ever valid UTF-8 by chance. For other scripts than the
Latin one charset-normalizer decides. The code pages of the Latin script differ in so few letters that statistics over a
short article miss them; there the one wins whose letters fit one alphabet best.
"""

import re
import string
import unicodedata
from collections import Counter

from charset_normalizer import from_bytes

from assistant.articles.alphabets import most_in_one_alphabet
from assistant.articles.files import UnreadableFileError
from assistant.articles.mojibake import repair

# UTF-32 first: its mark begins with that of UTF-16.
_BYTE_ORDER_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_BINARY_FORMATS = (
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "ZIP archive or office document"),
    (b"\xd0\xcf\x11\xe0", "old office document"),
    (b"{\\rtf", "RTF document"),
    (b"\x89PNG", "PNG image"),
    (b"\xff\xd8\xff", "JPEG image"),
    (b"GIF8", "GIF image"),
    (b"RIFF", "RIFF media"),
    (b"OggS", "Ogg media"),
    (b"ID3", "MP3 audio"),
    (b"\x1f\x8b", "gzip archive"),
    (b"7z\xbc\xaf", "7z archive"),
    (b"Rar!", "RAR archive"),
    (b"SQLite format 3", "SQLite database"),
    (b"\x7fELF", "program"),
    (b"MZ\x90", "program"),
)

# Ties go to the first. Latin-1 and ISO 8859-9 are subsets of cp1252 and cp1254 in all that is printable.
_LATIN_CODE_PAGES = ("cp1252", "cp1254", "cp1250", "iso8859_2", "iso8859_15", "cp1257", "mac_roman")
# The ones of news archives. Those of East Asia come second: on a short text they seem to fit almost anything.
_OTHER_CODE_PAGES = (
    ["cp1251", "koi8_r", "koi8_u", "cp866", "iso8859_5", "mac_cyrillic", "cp1253", "iso8859_7", "cp1255", "cp1256"],
    ["gb18030", "big5", "cp932", "euc_jp", "cp949"],
)
# What touches words without being part of them.
_PUNCTUATION = frozenset("«»“”„‘’‚‹›–—…¿¡\xa0\xad")
_WORD_WITH_HIGH_BYTES = re.compile(rb"[a-zA-Z\x80-\xff]*[\x80-\xff][a-zA-Z\x80-\xff]+|[a-zA-Z\x80-\xff]+[\x80-\xff]")

_ASCII = bytes(range(128))
_ASCII_LETTERS = string.ascii_letters.encode()
_CONTROLS = bytes(b for b in range(32) if b not in b"\t\n\v\f\r\x1b") + b"\x7f"
# Text has no control characters but stray ones; data of any format has them everywhere.
_MOST_CONTROLS = 0.05
# Random UTF-16 has a fifth of its code points broken, unassigned or private.
_MOST_NOISE = 0.1
# A UTF-8 file with some broken bytes still has many sequences that are whole, which other encodings hardly ever show.
_WHOLE_PER_BROKEN = 4
_SAMPLE = 20_000

_LINE_ENDS = re.compile("\r\n?|[\v\f\u2028\u2029]")
# Invisible characters that only a wrong decoding leaves; without them their line could not be repaired.
_TRACE_OF_WRONG_DECODING = re.compile("[\x80-\x9f]|[\xc2-\xef]\xad")
# What is invisible and carries no meaning: controls, lone surrogates, soft hyphens, zero-width and bidirectional marks,
# tags and variation selectors beyond the basic ones (both can smuggle text), noncharacters.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
# Joiners and non-joiners spell words in Arabic script and the scripts of South and South-East Asia, and make up emoji.
_STRAY_JOINER = re.compile(
    "(?<![\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u17ff\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]"
)


def decode(data: bytes) -> str:
    """The text of a file: lines end in a line feed, invisible characters are out, the rest is in Unicode's form NFC.

    Raises:
        UnreadableFileError: there is no text, or none that can be told from binary data.
    """
    binary = next((name for signature, name in _BINARY_FORMATS if data.startswith(signature)), None)
    if binary is not None:
        reason = f"binary: {binary}"
        raise UnreadableFileError(reason)
    characters = _characters(data)
    if characters is None or _is_noise(characters[:_SAMPLE]):
        reason = "binary, or text in an unknown encoding"
        raise UnreadableFileError(reason)
    text = _tidy(characters)
    if not text.strip():
        reason = "empty"
        raise UnreadableFileError(reason)
    return text


def strip_invisible(text: str) -> str:
    """Text without control characters and other invisible ones, in Unicode's composed form NFC."""
    return unicodedata.normalize("NFC", _STRAY_JOINER.sub("", _INVISIBLE.sub("", text)))


def _characters(data: bytes) -> str | None:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if len(data) - len(data.translate(None, _CONTROLS)) > _MOST_CONTROLS * len(data):
        return _utf16(data)
    return _utf8(data) or _by_code_page(data)


def _utf16(data: bytes) -> str | None:
    # Every script has spaces and line ends; in UTF-16 their other byte is NUL, and it is the high one.
    odd, even = data[1::2].count(0), data[::2].count(0)
    return data.decode("utf-16-le" if odd > even else "utf-16-be", "replace") if odd != even else None


def _utf8(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        text = data.decode(errors="replace")
    broken = text.count("\ufffd")
    whole = len(text) - len(text.encode("ascii", "ignore")) - broken
    return text if whole >= _WHOLE_PER_BROKEN * broken else None


def _by_code_page(data: bytes) -> str | None:
    high = data.translate(None, _ASCII)
    if len(data) - len(data.translate(None, _ASCII_LETTERS)) > len(high):
        return _latin(data)
    for code_pages in _OTHER_CODE_PAGES:
        if (text := _by_library(data, code_pages)) is not None:
            return text
    return None


def _latin(data: bytes) -> str:
    # A byte inside a word is a letter; one by itself may as well be a currency sign.
    counts = Counter(b"".join(_WORD_WITH_HIGH_BYTES.findall(data)).translate(None, _ASCII))

    def fit(encoding: str) -> int:
        characters = {bytes([byte]).decode(encoding, "replace"): count for byte, count in counts.items()}
        punctuation = sum(count for character, count in characters.items() if character in _PUNCTUATION)
        return punctuation + most_in_one_alphabet(characters)

    return data.decode(max(_LATIN_CODE_PAGES, key=fit), "replace")


def _by_library(data: bytes, encodings: list[str]) -> str | None:
    best = from_bytes(data, cp_isolation=encodings).best()
    return None if best is None else data.decode(best.encoding, "replace")


def _is_noise(text: str) -> bool:
    noise = sum(
        count
        for character, count in Counter(text).items()
        if character == "\ufffd" or unicodedata.category(character) in {"Cn", "Co"}
    )
    return noise > _MOST_NOISE * len(text)


def _tidy(text: str) -> str:
    text = _LINE_ENDS.sub("\n", text)
    if _TRACE_OF_WRONG_DECODING.search(text):
        lines = text.split("\n")
        text = "\n".join(repair(line) if _TRACE_OF_WRONG_DECODING.search(line) else line for line in lines)
    return strip_invisible(text)
