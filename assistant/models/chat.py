"""A chat model behind any endpoint that speaks as OpenAI's does, streamed, with each failure in words."""

import queue
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
import openai
from llama_index.core.base.llms.types import ChatMessage, ChatResponse, MessageRole
from llama_index.core.llms import LLM
from llama_index.llms.openai import OpenAI
from llama_index.llms.openai.utils import ALL_AVAILABLE_MODELS
from llama_index.llms.openai_like import OpenAILike

from assistant.errors import ModelError, SettingsError
from assistant.models.common import OPENAI
from assistant.models.connections import http_client
from assistant.models.failures import NO_KEY, Endpoint
from assistant.models.thoughts import without_thoughts
from assistant.patience import Patience
from assistant.prompts import UNREADABLE
from assistant.records import Usage
from assistant.settings import Settings

# Of a model that LlamaIndex does not know. Servers on one's own machine start with this or more.
CONTEXT_WINDOW = 4096
CONNECT_SECONDS = 10.0
TIMEOUTS = "ASSISTANT_LLM_TIMEOUT and ASSISTANT_LLM_STALL_TIMEOUT"
SHORTEN = "Set ASSISTANT_LLM_CONTEXT_WINDOW to the model's window, or lower ASSISTANT_TOP_K."
# A reply that goes on and on is none: this many times the tokens it was allowed.
CHARS_A_TOKEN = 12


@dataclass(frozen=True, slots=True)
class Ending:
    """What is known when a reply is over.

    Attributes:
        finish: why it ended, in OpenAI's words: "stop", "length", "content_filter"; None if the endpoint did not say.
        prompt_tokens: as the endpoint counts; 0 if it does not.
        completion_tokens: likewise.
    """

    finish: str | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a model was asked for one answer, and what it replied."""

    model: str
    system: str
    prompt: str
    reply: str
    ending: Ending
    seconds: float


class Budget:
    """The time that an answer may take, and what went on in it.

    Attributes:
        patience: the time.
        exchanges: with models, in order.

    Args:
        settings: the prices.
        patience: the time.
    """

    def __init__(self, settings: Settings, patience: Patience) -> None:
        self._settings = settings
        self.patience = patience
        self.exchanges: list[Exchange] = []

    def seconds_left(self) -> float:
        """The time that is left, 0 if it is over."""
        return self.patience.seconds_left()

    def usage(self) -> Usage:
        """All replies so far; the cost only if the prices of reading and of writing are known."""
        read = sum(exchange.ending.prompt_tokens for exchange in self.exchanges)
        written = sum(exchange.ending.completion_tokens for exchange in self.exchanges)
        reading, writing = self._settings.llm_input_price, self._settings.llm_output_price
        known = reading is not None and writing is not None and read > 0
        cost = (read * (reading or 0) + written * (writing or 0)) / 1_000_000 if known else None
        return Usage(prompt_tokens=read, completion_tokens=written, cost=cost)


class ChatModel:
    """A model that writes.

    Args:
        llm: any LlamaIndex model.
        endpoint: what its failures are told about.
        settings: how long to wait for the next word, how much to read, and how many replies at a time.
        client: what its connections are made by, to be closed with it.
    """

    def __init__(self, llm: LLM, endpoint: Endpoint, settings: Settings, client: openai.OpenAI | None = None) -> None:
        self._llm = llm
        self._endpoint = endpoint
        self._stall_seconds = settings.llm_stall_timeout
        self._longest = settings.llm_max_tokens * CHARS_A_TOKEN
        self._turns = threading.BoundedSemaphore(settings.llm_concurrency)
        self._client = client

    @property
    def name(self) -> str:
        """As the endpoint knows it."""
        return self._llm.metadata.model_name

    @property
    def context_window(self) -> int:
        """Tokens that a prompt and its reply may have together."""
        return self._llm.metadata.context_window

    def reply(self, system: str, prompt: str, budget: Budget) -> Iterator[str | Ending]:
        """The pieces of a reply as they come, without the secrets of the endpoint, then how it ended.

        It is over when the budget's time is, whatever the endpoint does: it is read by a thread of its own, so that
        neither a look-up that hangs nor a server that sends a sign of life every second can hold the reader up.

        Raises:
            ContextTooLongError: the prompt does not fit the model.
            ModelError: any other failure.
        """
        redaction = self._endpoint.redaction()
        with closing(self._raw_reply(system, prompt, budget)) as events:
            try:
                for event in events:
                    if piece := redaction.end() if isinstance(event, Ending) else redaction.feed(event):
                        yield piece
                    if isinstance(event, Ending):
                        yield event
            except ModelError:
                if piece := redaction.end():
                    yield piece
                raise

    def _raw_reply(self, system: str, prompt: str, budget: Budget) -> Generator[str | Ending, None, None]:
        messages = [_message(MessageRole.SYSTEM, system)] if system else []
        responses = self._responses([*messages, _message(MessageRole.USER, prompt)], budget)
        started, ending, length = time.monotonic(), Ending(), 0
        pieces: list[str] = []
        try:
            for response in responses:
                ending = _ending(response, ending)
                if piece := (response.delta or "")[: self._longest - length]:
                    length += len(piece)
                    pieces.append(piece)
                    yield piece
                if length >= self._longest:
                    ending = replace(ending, finish="length")
                    break
        finally:
            responses.close()
            said, seconds = self.without_secrets("".join(pieces)), time.monotonic() - started
            budget.exchanges.append(Exchange(self.name, system, prompt, said, ending, seconds))
        yield ending

    def without_secrets(self, text: str) -> str:
        """What was written, without the key and the password of the endpoint that wrote it."""
        return self._endpoint.without_secrets(text)

    def whole_reply(self, system: str, prompt: str, budget: Budget) -> str:
        """The text of a reply, once it is over, without what the model thought aloud.

        Raises:
            ContextTooLongError, ModelError: as `reply`.
        """
        said = "".join(event for event in self.reply(system, prompt, budget) if isinstance(event, str))
        return self.without_secrets(without_thoughts(said).strip())

    def close(self) -> None:
        """Closes the connections."""
        if self._client is not None:
            self._client.close()

    def _responses(self, messages: Sequence[ChatMessage], budget: Budget) -> Generator[ChatResponse, None, None]:
        stream = _Stream(self._llm, messages, Patience(budget.seconds_left()), self._turns)
        # The first response may wait for its turn and take several tries, which count against the whole time alone.
        try:
            response: ChatResponse | None = stream.first_within(budget.seconds_left())
            while response is not None:
                yield response
                response = stream.next_within(min(self._stall_seconds, budget.seconds_left()))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told in words
            # Without its cause, which may hold what the endpoint said of the key.
            raise self._endpoint.failure(error) from None
        finally:
            stream.stop()


class _Stream:
    """A streamed reply that is read by a thread of its own."""

    def __init__(
        self, llm: LLM, messages: Sequence[ChatMessage], patience: Patience, turns: threading.BoundedSemaphore
    ) -> None:
        self._responses: queue.SimpleQueue[ChatResponse | Exception | None] = queue.SimpleQueue()
        self._patience = patience
        self._turns = turns
        threading.Thread(target=self._read, args=(llm, messages), name="reply", daemon=True).start()

    def first_within(self, seconds: float) -> ChatResponse:
        """The first response.

        Raises:
            ValueError: there is none.
            Exception: as `next_within`.
        """
        found = self.next_within(seconds)
        if found is None:
            message = "no event in the stream"
            raise ValueError(message)
        return found

    def next_within(self, seconds: float) -> ChatResponse | None:
        """The next response, None if there is no more.

        Raises:
            TimeoutError: none came.
            Exception: what the model raised.
        """
        try:
            found = self._responses.get(timeout=max(0.0, seconds))
        except queue.Empty:
            raise TimeoutError from None
        if isinstance(found, Exception):
            raise found
        return found

    def stop(self) -> None:
        """Lets the thread end: with the next byte that comes, at the latest when its connection times out."""
        self._patience.end()

    def _read(self, llm: LLM, messages: Sequence[ChatMessage]) -> None:
        try:
            with self._turn(), self._patience.for_this_thread():
                for response in llm.stream_chat(messages):
                    if not self._patience.seconds_left():
                        return
                    self._responses.put(response)
            self._responses.put(None)
        except Exception as error:  # noqa: BLE001 - it is raised where it can be dealt with
            self._responses.put(error)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Waits for one as long as somebody waits; it is over with the connection, also if nobody reads any more."""
        if not self._turns.acquire(timeout=self._patience.seconds_left()):
            raise TimeoutError
        try:
            if not self._patience.seconds_left():
                raise TimeoutError
            yield
        finally:
            self._turns.release()


def chat_model(settings: Settings, model: str | None = None, llm: LLM | None = None) -> ChatModel:
    """The model that the settings name, at the endpoint that they name.

    Args:
        settings: name, address, key, limits.
        model: another one at the same endpoint.
        llm: any LlamaIndex model to use instead.

    Raises:
        SettingsError: the key cannot be one.
    """
    name = model or settings.llm_model
    key = _key(settings)
    base_url = settings.openai_base_url or OPENAI
    endpoint = Endpoint(
        job="chat",
        base_url=base_url,
        model=name,
        path="/chat/completions",
        key=key,
        setting="ASSISTANT_LLM_MODEL",
        limit="ASSISTANT_LLM_MAX_TOKENS",
        shorten=SHORTEN,
        timeout=TIMEOUTS,
    )
    if llm is not None:
        return ChatModel(llm, endpoint, settings)
    url = httpx.URL(base_url)
    timeout = httpx.Timeout(settings.llm_stall_timeout, connect=min(CONNECT_SECONDS, settings.llm_stall_timeout))
    client = openai.OpenAI(
        api_key=key,
        base_url=url.copy_with(userinfo=b""),
        timeout=timeout,
        max_retries=settings.llm_retries,
        http_client=http_client(url, timeout),
    )
    return ChatModel(_llm(settings, name, client), endpoint, settings, client)


def _key(settings: Settings) -> str:
    key = settings.openai_api_key.get_secret_value().strip() if settings.openai_api_key else NO_KEY
    if not (key.isascii() and key.isprintable()):
        # The client's own words for it would show the key.
        message = "OPENAI_API_KEY holds characters that no key has."
        raise SettingsError(message)
    return key or NO_KEY


def _llm(settings: Settings, name: str, client: openai.OpenAI) -> LLM:
    common: dict[str, Any] = {
        "model": name,
        "temperature": settings.llm_temperature,
        "max_tokens": settings.llm_max_tokens,
        # The client retries, and heeds Retry-After; LlamaIndex's loop around it would multiply the tries.
        "max_retries": 0,
        # The client has the key; the model would show it.
        "api_key": NO_KEY,
        "api_base": str(client.base_url),
        "openai_client": client,
        "additional_kwargs": {"stream_options": {"include_usage": True}},
    }
    if settings.openai_base_url is None and settings.llm_context_window is None and name in ALL_AVAILABLE_MODELS:
        return OpenAI(**common)
    window = settings.llm_context_window or ALL_AVAILABLE_MODELS.get(name, CONTEXT_WINDOW)
    return OpenAILike(**common, is_chat_model=True, context_window=window)


def _message(role: MessageRole, text: str) -> ChatMessage:
    return ChatMessage(role=role, content=UNREADABLE.sub(" ", text))


def _ending(response: ChatResponse, before: Ending) -> Ending:
    """What a response adds to what is known of the end: its last pieces tell, often in one without any text."""
    raw: Any = response.raw
    if not hasattr(raw, "choices"):
        # Other models than OpenAI's tell in other ways, or not at all; they raise if they break off.
        return replace(before, finish="stop")
    choices = raw.choices or [None]
    usage = getattr(raw, "usage", None)
    return Ending(
        getattr(choices[0], "finish_reason", None) or before.finish,
        getattr(usage, "prompt_tokens", None) or before.prompt_tokens,
        getattr(usage, "completion_tokens", None) or before.completion_tokens,
    )
