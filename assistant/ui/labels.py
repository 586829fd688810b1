"""The words on the components, by the names that `Parts` gives them."""

from typing import Any

from assistant.ui.words import LANGUAGES, Words

FIRST_EXAMPLE, LAST_EXAMPLE = "2023-05", "2024"


def labels(words: Words) -> dict[str, dict[str, Any]]:
    """For each component that has words, those of its arguments that hold them."""
    return {
        "chat": {"label": words("chat.label"), "placeholder": words("chat.placeholder")},
        "question": {"label": words("question.label"), "placeholder": words("question.placeholder")},
        "reason": {"label": words("reason.label"), "placeholder": words("reason.label")},
        "filters.box": {"label": words("filter.label")},
        "filters.first": _date_label(words, "filter.first", FIRST_EXAMPLE),
        "filters.last": _date_label(words, "filter.last", LAST_EXAMPLE),
        "filters.publishers": {"label": words("filter.outlets")},
        "filters.articles": {"label": words("filter.articles")},
        "filters.clear": {"value": words("filter.clear")},
        "menu.box": {"label": words("menu")},
        "menu.fresh": {"value": words("menu.new")},
        "menu.conversations": {"value": f"### {words('menu.conversations')}"},
        "menu.saving": {"value": f"### {words('menu.export')}"},
        "menu.markdown": {"value": words("menu.markdown")},
        "menu.json": {"value": words("menu.json")},
        "menu.settings": {"value": f"### {words('menu.settings')}"},
        "menu.language": {
            "label": words("menu.language"),
            "choices": [(name, code) for code, name in LANGUAGES.items()],
        },
        "menu.length": {
            "label": words("menu.length"),
            "choices": _choices(words, "menu.length", "short", "medium", "long"),
        },
        "menu.sources": {"label": words("menu.sources")},
        "menu.mode": {"label": words("menu.mode"), "choices": _choices(words, "menu.mode", "extractive", "generative")},
        "menu.theme": {"value": words("menu.theme")},
        "panel.back": {"value": words("sources.back")},
        "panel.find": {"label": words("corpus.find"), "placeholder": words("corpus.find")},
    }


def _date_label(words: Words, key: str, example: str) -> dict[str, str]:
    return {"label": words(key), "placeholder": words("filter.example", example=example)}


def _choices(words: Words, key: str, *values: str) -> list[tuple[str, str]]:
    return [(words(f"{key}.{value}"), value) for value in values]
