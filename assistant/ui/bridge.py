"""What the page asks the browser to do: keep a conversation, copy a text, save a file.

Each message is a value of the page's invisible component `#bridge`, and `page.js` carries it out.
"""

import secrets
from typing import Any, Final

from assistant.ui.session import Conversation
from assistant.ui.words import Words

# What the browser itself writes: in the list of conversations, on buttons, and when the server is away.
LISTED: Final = (
    *("menu", "menu.none", "menu.forget", "menu.forgotten", "menu.undo", "menu.full", "menu.dropped", "menu.untitled"),
    *("question.send", "question.stop", "server.away", "server.restarted"),
)


def keep(conversation: Conversation, focus: str = "") -> dict[str, Any]:
    """Keeps a conversation in this browser, lists it, and moves the focus to what a selector finds."""
    return _message(
        "keep",
        id=conversation.id,
        title=conversation.title(),
        data=conversation.to_keep().model_dump_json(),
        focus=focus,
    )


def copy(text: str, said: str, failed: str) -> dict[str, Any]:
    """Puts a text into the clipboard, and says so, or that it failed."""
    return _message("copy", text=text, said=said, failed=failed)


def save(name: str, kind: str, text: str) -> dict[str, Any]:
    """Saves a text as a file."""
    return _message("save", name=name, kind=kind, text=text)


def speak(words: Words) -> dict[str, Any]:
    """Tells the browser its language."""
    return _message("speak", language=words.code, words={key: words(key) for key in LISTED})


def _message(what: str, **values: Any) -> dict[str, Any]:
    # The same wish twice is to be carried out twice, so no two messages are alike.
    return {"do": what, "serial": secrets.token_hex(8), **values}


def focus(selector: str) -> dict[str, Any]:
    """Moves the focus to what a selector finds."""
    return _message("focus", focus=selector)


def opened() -> dict[str, Any]:
    """Says that a conversation stands in the page."""
    return _message("opened")


def leave() -> dict[str, Any]:
    """Forgets which conversation is open here; the conversation itself is kept."""
    return _message("leave")
