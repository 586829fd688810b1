"""Repairs characters that were decoded wrongly before the text was stored.

ftfy undoes UTF-8 read as a one-byte code page. Two more kinds are common in news archives, and left alone by ftfy:
Cyrillic cp1251 read as cp1252 ("Ìîñêâà"), and UTF-8 of scripts that ftfy does not look for, such as Armenian. Both
are undone only in runs that no language could have written.
"""

import re
import unicodedata

from ftfy import TextFixerConfig, fix_text_segment
from ftfy.chardata import CHARMAP_ENCODINGS

from assistant.articles.alphabets import in_one_alphabet

# Only wrong decodings and HTML entities are undone: curly quotes, ligatures and wide forms are as the author set them.
_FTFY = TextFixerConfig(
    unescape_html=True,
    remove_terminal_escapes=False,
    fix_latin_ligatures=False,
    fix_character_width=False,
    uncurl_quotes=False,
    fix_line_breaks=False,
    fix_surrogates=False,
    remove_control_chars=False,
    normalization=None,
    explain=False,
)

# Nothing here can be mojibake or an entity, and most lines of English hold nothing else.
_PLAIN = re.compile("[\x00-\x25\x27-\x7f\xa0“”‘’–—…]*")


def _utf8_seen_as(encoding: str) -> str:
    lead, continuation = (re.escape(bytes(codes).decode(encoding, "ignore")) for codes in (_LEAD, _CONTINUATION_BYTES))
    return f"[{lead}][{continuation}]"


# UTF-8 read as any of the encodings that ftfy undoes has a lead byte and a continuation byte side by side. Looking for
# such a pair is many times as fast as ftfy. A continuation byte 0xa0 may have become a plain space.
_LEAD, _CONTINUATION_BYTES = range(0xC2, 0xF5), range(0x80, 0xC0)
_SUSPECT = re.compile("|".join(map(_utf8_seen_as, CHARMAP_ENCODINGS)) + "|[\x80-\x9f&]|Ã(?: |$)")

# cp1252's view of the bytes 0x80 to 0xff; ftfy's codec gives the five undefined ones their code points.
_HIGH = bytes(range(0x80, 0x100)).decode("sloppy-windows-1252")
_HIGH_CLASS = re.escape(_HIGH)
# Cyrillic letters seen so: the Russian ones, Ё and ё, and І і Ї ї Є є Ґ ґ.
_LETTERS = "\xc0-\xff\xa8\xb8\xb2\xb3\xaf\xbf\xaa\xba\xa5\xb4"
# Words of such letters only, with whatever stands between them except other letters.
_CYRILLIC_RUN = re.compile(
    rf"(?<![^\W\d_])[{_LETTERS}][{_HIGH_CLASS}\x20-\x40\x5b-\x60\x7b-\x7e]*(?![{_LETTERS}]|[^\W\d_])"
)
_WORD = re.compile(f"[{_LETTERS}]+")
_SHORTEST_WORD = 3
_CYRILLIC = re.compile("[\u0430-\u045f]")
# In Russian and its neighbours these are three fifths of all letters; in a list of the letters å ä ö æ ø read as
# Cyrillic, hardly any.
_FREQUENT = frozenset("оеаинтсрвлі")
_LEAST_FREQUENT = 1 / 3

_CONTINUATION = re.escape(_HIGH[:0x40])
_UTF8_RUN = re.compile(rf"(?:[\xc2-\xdf][{_CONTINUATION}]|[\xe0-\xef][{_CONTINUATION}]{{2}}){{3,}}")


def repair(line: str) -> str:
    """A line of text as it was before it went through the wrong decoding; HTML entities become characters.

    Text that could have been meant as it stands is returned unchanged.
    """
    if _PLAIN.fullmatch(line):
        return line
    # A pair of guillemets is just that, even behind capitals such as Ð or Î that look like a lead byte.
    if _SUSPECT.search(line.replace("«", '"').replace("»", '"') if "«" in line and "»" in line else line):
        line = fix_text_segment(line, _FTFY)
    if line.isascii():
        return line
    line = _UTF8_RUN.sub(_as_utf8, line)
    return _CYRILLIC_RUN.sub(_as_cyrillic_in_cyrillic if _CYRILLIC.search(line) else _as_cyrillic, line)


def _as_utf8(match: re.Match[str]) -> str:
    try:
        text = match[0].encode("sloppy-windows-1252").decode()
    except UnicodeDecodeError:
        return match[0]
    scripts = {unicodedata.name(character, "?").split()[0] for character in text if character.isalpha()}
    return text if len(scripts) == 1 and "LATIN" not in scripts else match[0]


def _as_cyrillic(match: re.Match[str]) -> str:
    if any(not in_one_alphabet(set(word)) for word in _long_words(match)):
        return _decoded(match)
    return match[0]


def _as_cyrillic_in_cyrillic(match: re.Match[str]) -> str:
    # Among Cyrillic words a word of nothing but accented letters is no Latin one, whatever the letters.
    return _decoded(match) if _long_words(match) else match[0]


def _long_words(match: re.Match[str]) -> list[str]:
    return [word for word in _WORD.findall(match[0]) if len(word) >= _SHORTEST_WORD]


def _decoded(match: re.Match[str]) -> str:
    text = match[0].encode("sloppy-windows-1252").decode("cp1251", "replace")
    letters = [character for character in text.lower() if character.isalpha()]
    frequent = sum(letter in _FREQUENT for letter in letters)
    return text if frequent > _LEAST_FREQUENT * len(letters) else match[0]
