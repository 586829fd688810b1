"""Closes the network of a Python process to everything but this machine.

Python imports a module of this name when it starts, if its folder is on PYTHONPATH: so the programs that tests start
are closed as well as the tests themselves. What connects and looks up is replaced rather than watched by an audit hook:
a hook written in Python lets another thread in while a trace function is being set, and Python 3.11 then refuses that
one its own (`_PyEval_SetTrace`), so that under coverage a thread of a test would not start.
"""

import functools
import socket
from collections.abc import Callable
from typing import Any

_HERE = frozenset({None, "", "localhost", "127.0.0.1", "::1", "0.0.0.0", "::"})  # noqa: S104 - compared, not bound
# Names that nobody may ever give to a machine (RFC 6761) are not found, as with a network.
_NOWHERE = ".invalid"

attempts: list[str] = []


class NetworkClosedError(RuntimeError):
    """Something tried to reach another machine."""


def _check(event: str, host: object) -> None:
    host = host.decode() if isinstance(host, bytes) else host
    if isinstance(host, str) and host.endswith(_NOWHERE):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    if host not in _HERE:
        attempts.append(f"{event} {host}")
        raise NetworkClosedError(attempts[-1])


def _to_an_address(name: str) -> Callable[..., Any]:
    method = getattr(socket.socket, name)

    @functools.wraps(method)
    def checked(self: socket.socket, *arguments: Any) -> Any:
        # The address comes last. That of a Unix socket is a path, not a tuple.
        if isinstance(arguments[-1], tuple):
            _check(f"socket.{name}", arguments[-1][0])
        return method(self, *arguments)

    return checked


def _look_up(name: str) -> Callable[..., Any]:
    function = getattr(socket, name)

    @functools.wraps(function)
    def checked(host: object, *arguments: Any, **options: Any) -> Any:
        _check(f"socket.{name}", host)
        return function(host, *arguments, **options)

    return checked


for _name in ("connect", "connect_ex", "sendto", "sendmsg"):
    setattr(socket.socket, _name, _to_an_address(_name))
for _name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
    setattr(socket, _name, _look_up(_name))
