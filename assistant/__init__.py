"""Answers questions over a folder of news articles and cites the passage behind every sentence.

The public names are imported on first use, so that `import assistant` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.assistant import Assistant as Assistant
    from assistant.errors import AssistantError as AssistantError
    from assistant.errors import ClusterError as ClusterError
    from assistant.errors import CorpusError as CorpusError
    from assistant.errors import IndexDamagedError as IndexDamagedError
    from assistant.errors import IndexUnavailableError as IndexUnavailableError
    from assistant.errors import MetadataError as MetadataError
    from assistant.errors import ModelError as ModelError
    from assistant.errors import QuestionError as QuestionError
    from assistant.errors import SettingsError as SettingsError
    from assistant.errors import UnknownArticleError as UnknownArticleError
    from assistant.records import Answer as Answer
    from assistant.records import AnswerDelta as AnswerDelta
    from assistant.records import AnswerOptions as AnswerOptions
    from assistant.records import AnswerStage as AnswerStage
    from assistant.records import Article as Article
    from assistant.records import Citation as Citation
    from assistant.records import Filters as Filters
    from assistant.records import Passage as Passage
    from assistant.records import Removed as Removed
    from assistant.records import Sentence as Sentence
    from assistant.records import Skipped as Skipped
    from assistant.records import Source as Source
    from assistant.records import Span as Span
    from assistant.records import SyncReport as SyncReport
    from assistant.records import Turn as Turn
    from assistant.records import Usage as Usage
    from assistant.settings import Settings as Settings

_HOME = {
    "Assistant": "assistant.assistant",
    "Settings": "assistant.settings",
    **dict.fromkeys(
        (
            "AssistantError",
            "ClusterError",
            "CorpusError",
            "IndexDamagedError",
            "IndexUnavailableError",
            "MetadataError",
            "ModelError",
            "QuestionError",
            "SettingsError",
            "UnknownArticleError",
        ),
        "assistant.errors",
    ),
    **dict.fromkeys(
        (
            "Answer",
            "AnswerDelta",
            "AnswerOptions",
            "AnswerStage",
            "Article",
            "Citation",
            "Filters",
            "Passage",
            "Removed",
            "Sentence",
            "Skipped",
            "Source",
            "Span",
            "SyncReport",
            "Turn",
            "Usage",
        ),
        "assistant.records",
    ),
}

__version__ = "0.1.0"
__all__ = sorted(_HOME)  # noqa: PLE0605 - a list, computed from the one table of names


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
