"""Calls that the workers of a Ray cluster make.

Ray is used by a program of its own, `assistant.cluster.program`, which this one starts and talks to over a pipe. A
program that uses Ray is ended by it, without a chance to say a word, when its cluster goes away; and Ray takes over
signals, environment and standard error. Here the loss of a cluster is a `ClusterError` like any other.
"""

import importlib.util
import os
import pickle
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from multiprocessing.connection import Pipe
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from assistant.errors import ClusterError

LOCAL = "local"
AUTO = "auto"

# With one call made and one waiting, a worker has work while its result is fetched.
CALLS_A_CORE = 2
# Ray takes seconds to start on this machine, and as long as it likes to find out that nobody answers.
START_SECONDS = 120.0
# What Ray may take to end what it has started.
END_SECONDS = 15.0
REACH_SECONDS = 5.0

INSTALL = "Install it with `pip install ray`, on every node the same version."
ADDRESSES = "Name its head as host:port, write auto for the cluster of this machine, or nothing to start one here."
SAME_EVERYWHERE = "Install the same versions of Python, Ray and this package on every node."
_PROGRAM = "import sys; from assistant.cluster.program import main; main(int(sys.argv[1]))"
_ENVIRONMENT = {
    # Ray counts its users over the network unless it is told not to.
    "RAY_USAGE_STATS_ENABLED": "0",
    # Meant for machines whose firewall would ask: a cluster that is started listens on loopback alone, and 127.0.0.1 is
    # no other name for the address that the machine has outside.
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
}

Carried = TypeVar("Carried")
Result = TypeVar("Result")


class Cluster:
    """A Ray cluster that makes calls; to be closed.

    Args:
        address: host:port of its head, "auto" for the one that this machine belongs to, or "local" to start one on this
            machine's cores.

    Attributes:
        cores: how many calls it could make at a time when it was opened, at least 1; each takes a CPU, and memory.

    Raises:
        ClusterError: from every method, when the cluster cannot be reached, is of another version, or was lost.
    """

    def __init__(self, address: str) -> None:
        check(address)
        _reach(address)
        self._connection, theirs = Pipe()
        with closing(theirs):
            self._process = subprocess.Popen(  # noqa: S603 - this package's own program
                [sys.executable, "-c", _PROGRAM, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=os.environ | _ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                # An interrupt from the terminal is for this program, which then ends the other.
                start_new_session=True,
            )
        try:
            self.cores = self._start(address)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Gives up what is under way, and ends a cluster that was started."""
        self._connection.close()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            # What Ray has started ends with it.
            self._process.kill()
            self._process.wait()

    def in_order(self, calls: Iterable[tuple[Carried, Callable[[], Result]]]) -> Iterator[tuple[Carried, Result]]:
        """The results of calls in their order, some of which are made ahead.

        A call whose worker dies is made again.

        Args:
            calls: each with something that is to come back beside its result. A call is a `partial` of a function of
                this package, and its result of values that can be pickled.

        Raises:
            AssistantError: what a call has raised.
        """
        under_way: deque[tuple[Carried, int]] = deque()
        for carried, call in calls:
            under_way.append((carried, self._ask(pickle.dumps(call))))
            if len(under_way) > CALLS_A_CORE * self.cores:
                yield self._oldest(under_way)
        while under_way:
            yield self._oldest(under_way)

    def _oldest(self, under_way: deque[tuple[Carried, int]]) -> tuple[Carried, Any]:
        carried, number = under_way.popleft()
        outcome = pickle.loads(self._ask(number))  # noqa: S301 - from a worker of one's own cluster
        if isinstance(outcome, Exception):
            raise outcome
        return carried, outcome

    def _start(self, address: str) -> int:
        try:
            self._connection.send(address)
            if not self._connection.poll(START_SECONDS):
                message = f"The Ray cluster {address} did not answer within {START_SECONDS:.0f} seconds."
                raise ClusterError(message)
        except BrokenPipeError:
            raise _lost() from None
        return int(self._reply())

    def _ask(self, request: bytes | int) -> Any:
        """What the program replies: to a call its number, to a number the result of that call."""
        try:
            self._connection.send(request)
        except BrokenPipeError:
            raise _lost() from None
        return self._reply()

    def _reply(self) -> Any:
        try:
            reply = self._connection.recv()
        except (EOFError, ConnectionResetError):
            raise _lost() from None
        if isinstance(reply, ClusterError):
            raise reply
        return reply


def check(address: str) -> None:
    """Finds out what is wrong before anything is begun.

    Raises:
        ClusterError: Ray is not installed, or this is no address of a cluster.
    """
    if importlib.util.find_spec("ray") is None:
        message = "Ray is not installed."
        raise advised(message, INSTALL)
    if address not in {LOCAL, AUTO} and not _host_and_port(address):
        message = f"{address} is no address of a Ray cluster."
        raise advised(message, ADDRESSES)


def advised(message: str, advice: str) -> ClusterError:
    """An error with other advice than to look at the cluster."""
    error = ClusterError(message)
    error.advice = advice
    return error


def _host_and_port(address: str) -> tuple[str, int] | None:
    with suppress(ValueError):  # a port that is no number
        parts = urlsplit(f"//{address}")
        if parts.hostname and parts.port and parts.netloc == address and "@" not in address:
            return parts.hostname, parts.port
    return None


def _reach(address: str) -> None:
    """Raises a `ClusterError` where nobody listens: Ray would take a minute to find out."""
    named = _host_and_port(address)
    try:
        if named:
            socket.create_connection(named, REACH_SECONDS).close()
    except OSError as error:
        message = f"The Ray cluster {address} cannot be reached: {error.strerror or error}."
        raise ClusterError(message) from error


def _lost() -> ClusterError:
    return ClusterError("The connection to the Ray cluster was lost.")
