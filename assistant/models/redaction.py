"""Takes secrets out of a text, however it is cut, however long they are and whatever marks stand in them."""

from collections.abc import Sequence

HIDDEN = "***"
# A shorter one protects nothing, and to take it out would tear words apart.
SHORTEST_SECRET = 4
# So much of the beginning of a secret is as good as the secret: what cut it off may show more of it elsewhere.
TELLING_LETTERS = 8


class Redaction:
    """Takes the pieces of a text and gives it without secrets.

    Only letters and digits are compared: what is done with a text later, such as taking out escapes, invisible
    characters or emphasis, could bring out a secret that does not show in it yet.

    Args:
        secrets: those that are too short are passed over.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        self._searches = [_Search(secret) for secret in secrets if len(secret) >= SHORTEST_SECRET]

    def feed(self, piece: str) -> str:
        """What may be shown of the text so far, and was not given before."""
        for search in self._searches:
            piece = search.feed(piece)
        return piece

    def end(self) -> str:
        """What is left when the text is over."""
        rest = ""
        for search in self._searches:
            rest = search.feed(rest) + search.end()
        return rest


def without(secrets: Sequence[str], text: str) -> str:
    """A whole text without secrets."""
    redaction = Redaction(secrets)
    return redaction.feed(text) + redaction.end()


class _Search:
    """Finds one secret, character by character, as Knuth, Morris and Pratt do: no character is looked at twice."""

    def __init__(self, secret: str) -> None:
        letters = [character for character in secret if character.isalnum()]
        self._marks_count = len(letters) < SHORTEST_SECRET
        self._wanted = list(secret) if self._marks_count else letters
        self._borders = _borders(self._wanted)
        # The letters that match so far, each with the marks behind it.
        self._held: list[list[str]] = []

    def feed(self, piece: str) -> str:
        shown: list[str] = []
        for character in piece:
            if character.isalnum() or self._marks_count:
                self._compare(character, shown)
            else:
                (self._held[-1] if self._held else shown).append(character)
        return "".join(shown)

    def end(self) -> str:
        shown: list[str] = []
        self._release(len(self._held), shown)
        return "".join(shown)

    def _compare(self, character: str, shown: list[str]) -> None:
        while self._held and character != self._wanted[len(self._held)]:
            self._release(len(self._held) - self._borders[len(self._held) - 1], shown)
        if character != self._wanted[0] and not self._held:
            shown.append(character)
            return
        self._held.append([character])
        if len(self._held) == len(self._wanted):
            self._held.clear()
            shown.append(HIDDEN)

    def _release(self, count: int, shown: list[str]) -> None:
        """Gives the first so many letters that are held, unless too many of them belong to the secret."""
        released, whole = self._held[:count], len(self._held)
        del self._held[:count]
        if whole >= TELLING_LETTERS:
            shown += [HIDDEN, *released[-1][1:]]
        else:
            shown += [character for group in released for character in group]


def _borders(wanted: Sequence[str]) -> list[int]:
    """For each beginning, the length of the longest shorter beginning that it ends with."""
    borders = [0]
    for character in wanted[1:]:
        length = borders[-1]
        while length and wanted[length] != character:
            length = borders[length - 1]
        borders.append(length + (wanted[length] == character))
    return borders
