"""The letters that languages written in Latin script have beyond a to z.

A text is written in one alphabet, or in plain ASCII with a few borrowed letters. Letters that no alphabet holds
together are therefore the trace of a wrong decoding: this tells code pages apart, and mojibake from good text.
Exemplar characters, main and common auxiliary, of the Unicode CLDR (https://cldr.unicode.org).
"""

from collections.abc import Mapping

_LATIN = {
    "Albanian": "çë",
    "Azerbaijani": "çəğıöşü",
    "Catalan": "àçéèíïóòúü",
    "Croatian": "čćđšž",
    "Czech": "áčďéěíňóřšťúůýž",
    "Danish": "åæøéóö",
    "Dutch": "áéëèêïíóöúü",
    "Estonian": "äöõüšž",
    "Faroese": "áðíóúýæø",
    "Finnish": "äöåšž",
    "French": "àâæçéèêëîïôœùûüÿ",
    "German": "äöüß",
    "Hungarian": "áéíóöőúüű",
    "Icelandic": "áðéíóúýþæö",
    "Irish": "áéíóú",
    "Italian": "àèéìîòóùú",
    "Latvian": "āčēģīķļņšūž",
    "Lithuanian": "ąčęėįšųūž",
    "Polish": "ąćęłńóśźż",
    "Portuguese": "áâãàçéêíóôõúü",
    "Romanian": "ăâîșțşţ",
    "Slovak": "áäčďéíĺľňóôŕšťúýž",
    "Slovenian": "čšž",
    "Spanish": "áéíñóúüªº",
    "Swedish": "åäöéà",
    "Turkish": "âçğıîöşüû",
    "Vietnamese": "àáâãèéêìíòóôõùúýăđơư",
    "Welsh": "áâäéêëîïôöûü",
}

# The capital of i in the languages that have an ı.
_ALPHABETS = tuple(
    frozenset(letters + letters.upper()) | ({"İ"} if "ı" in letters else set()) for letters in _LATIN.values()
)


def in_one_alphabet(letters: set[str]) -> bool:
    """Whether some Latin alphabet holds all of these letters, none of which is ASCII."""
    return any(letters <= alphabet for alphabet in _ALPHABETS)


def most_in_one_alphabet(counts: Mapping[str, int]) -> int:
    """How many of the counted letters, none of which is ASCII, the best fitting Latin alphabet holds."""
    return max(sum(n for letter, n in counts.items() if letter in alphabet) for alphabet in _ALPHABETS)
