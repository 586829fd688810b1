"""What several models need."""

from urllib.parse import urlsplit

OPENAI = "https://api.openai.com/v1"

Vector = list[float]


def host(address: str | None) -> str:
    """The host and port of an address, without the user and password that it may carry."""
    return urlsplit(address or "").netloc.rpartition("@")[2]
