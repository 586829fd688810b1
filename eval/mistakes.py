"""What is wrong with a file, in words."""

from pydantic import ValidationError


def first_mistake(error: ValidationError) -> str:
    """The first thing that is wrong, behind the keys that lead to it if there are any."""
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    return f"{place}: {first['msg']}" if place else first["msg"]
