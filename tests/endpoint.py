"""A chat and embedding endpoint that says what a test wants: a real server on this machine, by OpenAI's protocol.

    with Endpoint(status(429, headers={"Retry-After": "0"}), text("Hello.")) as endpoint:
        ...  # a client of endpoint.url is turned away once and then gets its answer
    assert endpoint.requests[0].body["model"] == "m"

A reply is a function of the request. `text`, `completion`, `status`, `raw`, `embeddings` and `embedded` make one;
`late`, `trickling`, `in_packets`, `stalled`, `cut` and `spoilt` make another one of it. A test's own function may
choose between replies.
"""

import json
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self, TypeAlias

# A name that nobody may ever give to a machine (RFC 6761).
NOWHERE = "http://nowhere.invalid/v1"
MODEL = "m"
CHAT = "/v1/chat/completions"
EMBEDDINGS = "/v1/embeddings"
JSON = "application/json"
HTML = "text/html; charset=utf-8"
STREAM = "text/event-stream"
DONE = b"data: [DONE]\n\n"
# Longer than a client on the same machine needs to take a packet off its socket.
BETWEEN_PACKETS = 0.002


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked, and when (in seconds of the monotonic clock)."""

    path: str
    headers: Message
    body: Any
    time: float

    @property
    def prompt(self) -> str:
        """The last message."""
        return str(self.body["messages"][-1]["content"])

    @property
    def streamed(self) -> bool:
        """Whether the answer is wanted in chunks."""
        return bool(self.body.get("stream"))

    @property
    def wants_usage(self) -> bool:
        """Whether a stream shall end with the counts of tokens."""
        return bool((self.body.get("stream_options") or {}).get("include_usage"))


@dataclass(frozen=True, slots=True)
class Response:
    """What is sent back: the body in pieces, and how it comes.

    Attributes:
        seconds_first: silence before the status line.
        seconds_between: silence before each piece of the body.
        end: what follows the last piece; other than "whole" leaves the client without the rest.
    """

    pieces: tuple[bytes, ...]
    status: int = 200
    kind: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds_first: float = 0.0
    seconds_between: float = 0.0
    end: Literal["whole", "silence", "closed", "reset"] = "whole"


Reply: TypeAlias = Callable[[Request], "Response | Reply"]


def text(said: str, *, size: int = 8, usage: tuple[int, int] | None = (11, 5), finish: str = "stop") -> Reply:
    """An answer, of so many characters in each chunk where it is streamed; `usage` as in `completion`."""
    chunks = [{"content": said[start : start + size]} for start in range(0, len(said), size)] or [{"content": ""}]
    return completion(*chunks, usage=usage, finish=finish)


def tool_call(name: str = "look_up", arguments: str = "{}") -> Reply:
    """The wish to call a function, instead of an answer."""
    call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}
    return completion({"content": None, "tool_calls": [call]}, finish="tool_calls")


def completion(
    *deltas: Mapping[str, Any], usage: tuple[int, int] | None = (11, 5), finish: str | None = "stop"
) -> Reply:
    """A message in parts, sent as a stream or in one, as the request wants it. The first piece of a stream has no text.

    Args:
        deltas: what each chunk adds to the message.
        usage: tokens of the prompt and of the answer; an endpoint that does not count sends none.
        finish: why the answer ends.
    """

    def reply(request: Request) -> Response:
        if request.streamed:
            return Response(_chunks(deltas, finish, usage if request.wants_usage else None), kind=STREAM)
        choice = {"index": 0, "finish_reason": finish, "message": _message(deltas)}
        return Response((_json(_envelope("chat.completion", [choice], usage)),))

    return reply


def no_choices() -> Reply:
    """A completion without any answer in it."""

    def reply(request: Request) -> Response:
        if request.streamed:
            return Response((_event(_envelope("chat.completion.chunk", [])), DONE), kind=STREAM)
        return Response((_json(_envelope("chat.completion", [])),))

    return reply


def status(code: int, body: Any = None, *, headers: Mapping[str, str] | None = None) -> Reply:
    """A refusal or a failure.

    Args:
        code: the HTTP status.
        body: a page of HTML if it is a string, else JSON; by default OpenAI's kind of error.
        headers: such as Retry-After.
    """

    def reply(_: Request) -> Response:
        if isinstance(body, str):
            return Response((body.encode(),), code, HTML, headers or {})
        return Response((_json(body or error(f"status {code}")),), code, JSON, headers or {})

    return reply


def raw(*pieces: bytes, kind: str = JSON) -> Reply:
    """Anything, with status 200."""
    return lambda _: Response(pieces, kind=kind)


def embeddings(*vectors: Sequence[float]) -> Reply:
    """The vectors of texts, however many were sent."""
    data = [{"object": "embedding", "index": i, "embedding": vector} for i, vector in enumerate(vectors)]
    return raw(_json({"object": "list", "model": MODEL, "data": data, "usage": {}}))


def embedded(vector: Callable[[str], Sequence[float]]) -> Reply:
    """The vector of each text that was sent."""
    return lambda request: embeddings(*map(vector, request.body["input"]))


def late(reply: Reply, seconds: float) -> Reply:
    """The reply after a silence."""
    return _changed(reply, lambda response: replace(response, seconds_first=seconds))


def trickling(reply: Reply, seconds: float) -> Reply:
    """The reply with a silence before each piece."""
    return _changed(reply, lambda response: replace(response, seconds_between=seconds))


def in_packets(reply: Reply, size: int, seconds: float = BETWEEN_PACKETS) -> Reply:
    """The reply in packets of so many bytes, whatever they tear apart."""

    def torn(response: Response) -> Response:
        body = b"".join(response.pieces)
        packets = tuple(body[start : start + size] for start in range(0, len(body), size))
        return replace(response, pieces=packets, seconds_between=seconds)

    return _changed(reply, torn)


def stalled(reply: Reply, after: int) -> Reply:
    """So many pieces of the reply, and then nothing more on an open connection."""
    return _changed(reply, lambda response: replace(response, pieces=response.pieces[: after + 1], end="silence"))


def cut(reply: Reply, after: int, *, reset: bool = False) -> Reply:
    """So many pieces of the reply and half of the next one; then the connection is closed, or reset."""
    end: Literal["reset", "closed"] = "reset" if reset else "closed"
    return _changed(reply, lambda response: replace(response, pieces=response.pieces[: after + 1], end=end))


def spoilt(reply: Reply, after: int, *pieces: bytes) -> Reply:
    """So many pieces of the reply, and then these instead of the others."""
    return _changed(reply, lambda response: replace(response, pieces=(*response.pieces[:after], *pieces)))


def error(message: str | None, kind: str = "x", code: str | int | None = None, **more: Any) -> dict[str, Any]:
    """The body of an error as OpenAI and most others send it."""
    return {"error": {"message": message, "type": kind, "code": code, **more}}


_LONG = "This model's maximum context length is 2048 tokens. However, "
_LONG_FOR_VLLM = f"{_LONG}you requested 6047 tokens (6031 in the messages, 16 in the completion)."

UNKNOWN_MODEL = status(404, error("The model `m` does not exist.", "invalid_request_error", "model_not_found"))
# The same thing, as each of them says it: only the status is common to all.
TOO_LONG: dict[str, Reply] = {
    "OpenAI": status(
        400,
        error(
            f"{_LONG}your messages resulted in 6031 tokens. Please reduce the length of the messages.",
            "invalid_request_error",
            "context_length_exceeded",
            param="messages",
        ),
    ),
    "vLLM": status(400, error(_LONG_FOR_VLLM, "BadRequestError", 400, param=None)),
    "vLLM up to 0.9": status(400, {"object": "error", **error(_LONG_FOR_VLLM, "BadRequestError", 400)["error"]}),
    "llama.cpp": status(
        400,
        error(
            "request (6031 tokens) exceeds the available context size (2048 tokens), try increasing it",
            "exceed_context_size_error",
            400,
            n_prompt_tokens=6031,
            n_ctx=2048,
        ),
    ),
}


class Endpoint:
    """Gives its replies one after the other, and then the last one again.

    Attributes:
        requests: what was posted so far, also to paths that do not exist.
        url: what a client is given as its base URL.
    """

    def __init__(self, first: Reply, *others: Reply) -> None:
        self.requests: list[Request] = []
        self._script = [first, *others]
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.respond = self._respond
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"

    @property
    def bodies(self) -> list[Any]:
        """What was posted."""
        return [request.body for request in self.requests]

    @property
    def prompts(self) -> list[str]:
        """The last message of each request."""
        return [request.prompt for request in self.requests]

    @property
    def keys(self) -> list[str | None]:
        """How each request introduced itself."""
        return [request.headers["Authorization"] for request in self.requests]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.hang_up()
        self._http.server_close()

    def _respond(self, request: Request) -> Response:
        with self._http.lock:
            self.requests.append(request)
            if request.path not in {CHAT, EMBEDDINGS}:
                return _found(status(404), request)
            reply = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        return _found(reply, request)


@contextmanager
def refused_address() -> Iterator[str]:
    """The base URL of a port that is taken, so that nobody else listens there, but where nobody answers."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/v1"


class _Server(ThreadingHTTPServer):
    # Closing the server then waits for the threads.
    daemon_threads = False
    request_queue_size = 128
    respond: Callable[[Request], Response]

    def __init__(self, *arguments: Any) -> None:
        self.lock = threading.Lock()
        self.over = threading.Event()
        self._connections: set[socket.socket] = set()
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self.lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self.lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Ends all silences and wakes the threads that wait for a next request."""
        self.over.set()
        with self.lock:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # What is written is a packet.
    disable_nagle_algorithm = True
    server: _Server

    def handle(self) -> None:
        # A client may leave at any time.
        with suppress(ConnectionError):
            super().handle()

    def do_GET(self) -> None:
        found = self.path == "/v1/models"
        models = {"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": "tests"}]}
        self._send(Response((_json(models if found else error("no such path")),), status=200 if found else 404))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._send(self.server.respond(Request(self.path, self.headers, body, time.monotonic())))

    def log_message(self, *_: Any) -> None:
        """Stays quiet."""

    def _send(self, response: Response) -> None:
        self.server.over.wait(response.seconds_first)
        self._send_head(response)
        for packet in _packets(response):
            self.server.over.wait(response.seconds_between)
            self.wfile.write(packet)
        if response.end != "whole":
            self.close_connection = True
        if response.end == "silence":
            self.server.over.wait()
        if response.end == "reset":
            self._reset()

    def _send_head(self, response: Response) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", response.kind)
        if response.kind == STREAM:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(sum(map(len, response.pieces))))
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # Files that were made of the socket would put its closing off.
        os.close(self.connection.detach())


def _packets(response: Response) -> list[bytes]:
    """The body as it goes over the wire: each piece of a stream in a chunk of HTTP's."""
    packets = list(response.pieces)
    if response.kind == STREAM:
        packets = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in packets if piece]
    if response.end == "silence":
        return packets[:-1]
    if response.end != "whole":
        return [*packets[:-1], packets[-1][: len(packets[-1]) // 2]]
    return [*packets, b"0\r\n\r\n"] if response.kind == STREAM else packets


def _found(reply: Reply, request: Request) -> Response:
    answer = reply(request)
    return answer if isinstance(answer, Response) else _found(answer, request)


def _changed(reply: Reply, change: Callable[[Response], Response]) -> Reply:
    return lambda request: change(_found(reply, request))


def _chunks(
    deltas: Sequence[Mapping[str, Any]], finish: str | None, usage: tuple[int, int] | None
) -> tuple[bytes, ...]:
    def chunk(delta: Mapping[str, Any], reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return _event(_envelope("chat.completion.chunk", [choice]))

    counts = [_event(_envelope("chat.completion.chunk", [], usage))] if usage else []
    return (chunk({"role": "assistant", "content": ""}), *map(chunk, deltas), chunk({}, finish), *counts, DONE)


def _message(deltas: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the parts of a message come to: strings are joined, anything else is taken as it is."""
    message: dict[str, Any] = {"role": "assistant", "content": None}
    for delta in deltas:
        for name, value in delta.items():
            before = message.get(name)
            message[name] = before + value if isinstance(before, str) and isinstance(value, str) else value
    return message


def _envelope(kind: str, choices: list[Any], usage: tuple[int, int] | None = None) -> dict[str, Any]:
    envelope = {"id": "chatcmpl-1", "object": kind, "created": 0, "model": MODEL, "choices": choices}
    if usage is None:
        return envelope
    asked, said = usage
    counts = {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}
    return {**envelope, "usage": counts}


def _event(content: Any) -> bytes:
    return b"data: " + _json(content) + b"\n\n"


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()
