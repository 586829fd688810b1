"""What both kinds of embedding need."""

import re
from urllib.parse import urlsplit

Vector = list[float]

# The local engine reads text up to a NUL, and a lone surrogate has no UTF-8.
UNREADABLE = re.compile("[\x00\ud800-\udfff]")


def host(address: str | None) -> str:
    """The host and port of an address, without the user and password that it may carry."""
    return urlsplit(address or "").netloc.rpartition("@")[2]
