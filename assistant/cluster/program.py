"""The program that uses Ray on behalf of another, see `assistant.cluster`; workers load it too.

address -> number of calls at a time; then: pickled call -> its number, number of a call -> its pickled result
"""

import pickle
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from multiprocessing.connection import Connection
from typing import Any

import ray
from ray.exceptions import RayError, RayTaskError

from assistant import __version__
from assistant.cluster import LOCAL, SAME_EVERYWHERE, advised
from assistant.errors import AssistantError, ClusterError

# How often somebody who waits looks whether there is still something to wait for, and somebody who waits for it.
LOOK_SECONDS = 1.0
# Of the machine's memory, for articles and vectors on their way; Ray would take a third.
STORE_BYTES = 256_000_000
# After this many deaths of its worker a call has failed.
RETRIES = 5
# What a worker takes with the local model. No more of them work on a node than fit in it: of deaths for want of memory
# Ray counts none.
WORKER_BYTES = 800_000_000


def main(handle: int) -> None:
    """Serves whoever holds the other end of a connection, until that is closed."""
    with Connection(handle) as connection, suppress(EOFError, BrokenPipeError):
        try:
            for reply in _replies(connection):
                connection.send(reply)
        except ClusterError as error:
            connection.send(error)
    ray.shutdown()


def call(pickled: bytes, version: str) -> bytes:
    """Makes a call on a worker. An error for readers is a result too: Ray would put its own words around it."""
    if version != __version__:
        message = f"A node of the Ray cluster has news-assistant {__version__} instead of {version}."
        return pickle.dumps(advised(message, SAME_EVERYWHERE))
    try:
        outcome = pickle.loads(pickled)()  # noqa: S301 - from whoever may use the cluster
    except AssistantError as error:
        outcome = error
    return pickle.dumps(outcome)


def _replies(connection: Connection) -> Iterator[Any]:
    yield _start(connection.recv())
    task = ray.remote(num_cpus=1, memory=WORKER_BYTES, max_retries=RETRIES)(call)
    numbers, under_way = count(), {}
    while True:
        request = connection.recv()
        if isinstance(request, bytes):
            number = next(numbers)
            under_way[number] = task.remote(request, __version__)
            yield number
        else:
            yield _result(under_way.pop(request), connection)


def _start(address: str) -> int:
    """Starts or joins a cluster and returns how many calls it can make at a time."""
    # Its log and its dashboard are of no use to somebody who waits for an index.
    options: dict[str, Any] = {"log_to_driver": False, "configure_logging": False}
    if address == LOCAL:
        options |= {"include_dashboard": False, "object_store_memory": STORE_BYTES}
    try:
        ray.init(address, **options)
    except Exception as error:
        # Ray raises whatever comes to it: ConnectionError, RuntimeError, ValueError, Exception.
        message = f"The Ray cluster {address} cannot be used: {_first_sentence(error)}."
        raise advised(message, SAME_EVERYWHERE if "Version mismatch" in message else ClusterError.advice) from error
    cores = _cores()
    if cores < 1:
        message = f"The Ray cluster {address} has no CPU with {WORKER_BYTES // 1_000_000} MB of memory."
        raise ClusterError(message)
    return cores


def _result(reference: "ray.ObjectRef[bytes]", connection: Connection) -> bytes:
    try:
        while not ray.wait([reference], timeout=LOOK_SECONDS)[0]:
            if connection.poll():
                # Nobody asks for two things at a time, so the other end is closed.
                raise EOFError
            if _cores() < 1:
                message = "The last node of the Ray cluster is gone."
                raise ClusterError(message)
        return ray.get(reference)
    except RayError as error:
        failure = error.cause if isinstance(error, RayTaskError) else error
        message = f"A call failed on the Ray cluster: {_first_sentence(failure)}."
        # Without this package on a node, Ray says that the function failed to import.
        lacking = isinstance(failure, ImportError) or "failed to import" in message
        raise advised(message, SAME_EVERYWHERE if lacking else ClusterError.advice) from error


def _cores() -> int:
    """How many calls it can make at a time."""
    resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
    return int(min(resources.get("CPU", 0), resources.get("memory", 0) // WORKER_BYTES))


def _first_sentence(error: BaseException) -> str:
    said = " ".join(str(error).split()) or type(error).__name__
    return said.partition(". ")[0].rstrip(".")
