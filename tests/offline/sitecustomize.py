"""Closes the network of a Python process to everything but this machine.

Python imports a module of this name when it starts, if its folder is on PYTHONPATH: so the programs that tests start
are closed as well as the tests themselves. An audit hook sees every connection and look-up, in any thread and library.
"""

import socket
import sys
from typing import Any

_HERE = frozenset({None, "", "localhost", "127.0.0.1", "::1", "0.0.0.0", "::"})  # noqa: S104 - compared, not bound
_TO_AN_ADDRESS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_LOOK_UPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
# Names that nobody may ever give to a machine (RFC 6761) are not found, as with a network.
_NOWHERE = ".invalid"

attempts: list[str] = []


class NetworkClosedError(RuntimeError):
    """Something tried to reach another machine."""


def _close(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _TO_AN_ADDRESS:
        address = arguments[1]
    elif event in _LOOK_UPS:
        address = arguments
    else:
        return
    # The address of a Unix socket is a path, not a tuple.
    host = address[0] if isinstance(address, tuple) else None
    host = host.decode() if isinstance(host, bytes) else host
    if isinstance(host, str) and host.endswith(_NOWHERE):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    if host not in _HERE:
        attempts.append(f"{event} {host}")
        raise NetworkClosedError(attempts[-1])


sys.addaudithook(_close)
