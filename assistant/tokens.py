"""Counts tokens as OpenAI models do, without the network.

tiktoken fetches its vocabularies on first use; llama-index-core ships two of them, so tiktoken is pointed there.
"""

import os
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tiktoken

ENCODING = "o200k_base"


def count_tokens(text: str) -> int:
    """Number of o200k_base tokens of a text; spellings of special tokens count as plain text."""
    return len(_encoding().encode(text, disallowed_special=()))


def token_rank(text: str) -> int | None:
    """The place in the vocabulary of a text that is one token; the lower, the more often it is written, roughly."""
    tokens = _encoding().encode(text, disallowed_special=())
    return tokens[0] if len(tokens) == 1 else None


@cache
def _encoding() -> "tiktoken.Encoding":
    os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(_shipped_vocabularies()))
    import tiktoken

    return tiktoken.get_encoding(ENCODING)


def _shipped_vocabularies() -> Path:
    # Asking for the spec of `llama_index.core` would import it, which takes seconds.
    namespace = find_spec("llama_index")
    for folder in (namespace and namespace.submodule_search_locations) or ():
        vocabularies = Path(folder) / "core" / "_static" / "tiktoken_cache"
        if vocabularies.is_dir():
            return vocabularies
    message = "llama-index-core with its tiktoken files is not installed; reinstall the package"
    raise ImportError(message)
