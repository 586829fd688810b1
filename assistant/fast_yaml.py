"""Reads YAML with the fastest safe loader that PyYAML has here."""

from typing import Any

import yaml

# The loader in C is ten times as fast; it is missing where PyYAML was built without libyaml.
SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(text: str | bytes) -> Any:
    """The values that a YAML text stands for.

    Raises:
        yaml.YAMLError: it is malformed.
    """
    return yaml.load(text, Loader=SafeLoader)  # noqa: S506 - a safe loader
