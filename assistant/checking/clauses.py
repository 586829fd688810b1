"""Takes a sentence apart into its clauses, roughly: at commas, colons, dashes and the commonest joining words."""

import re

_JOINING = r"(?:and|but|while|и|а|но|та|und|aber|et|mais|y|pero|ve|ama|və|և|իսկ)\s"
_CLAUSE_END = re.compile(rf"[,;:–—]\s(?:{_JOINING})?|\s{_JOINING}")


def clauses(text: str) -> list[str]:
    """The clauses in order, without what joins them."""
    return _CLAUSE_END.split(text)
