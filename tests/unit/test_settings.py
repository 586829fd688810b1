from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from assistant import Settings, SettingsError


def test_the_defaults_need_nothing() -> None:
    settings = Settings()
    assert settings.corpus_dir == Path("seeds")
    assert settings.mode == "auto"
    assert settings.embedding == "local"
    assert settings.openai_api_key is None


def test_an_argument_beats_the_environment_which_beats_the_env_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("ASSISTANT_TOP_K=2\nASSISTANT_PORT=8002\nASSISTANT_HOST=0.0.0.0\n", encoding="utf-8")
    monkeypatch.setenv("ASSISTANT_TOP_K", "3")
    monkeypatch.setenv("ASSISTANT_PORT", "8003")
    settings = Settings(top_k=4)
    assert (settings.top_k, settings.port, settings.host) == (4, 8003, "0.0.0.0")  # noqa: S104 - only read back


@pytest.mark.parametrize("name", ["ASSISTANT_TOP_K", "assistant_top_k"])
def test_names_in_the_env_file_and_the_environment_may_be_of_either_case(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    Path(".env").write_text(f"{name}=2\n", encoding="utf-8")
    assert Settings().top_k == 2
    monkeypatch.setenv(name, "3")
    assert Settings().top_k == 3


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("ASSISTANT_PORT=\nASSISTANT_TOP_K=2\n", encoding="utf-8")
    monkeypatch.setenv("ASSISTANT_TOP_K", "")
    settings = Settings()
    assert (settings.port, settings.top_k) == (7860, 2)


def test_other_programs_may_keep_their_variables_in_the_env_file() -> None:
    Path(".env").write_text("DATABASE_URL=postgres://db\n", encoding="utf-8")
    assert Settings() == Settings(corpus_dir=Path("seeds"))


def test_the_openai_variables_keep_their_usual_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    settings = Settings()
    assert settings.openai_api_key == SecretStr("sk-1")
    assert settings.openai_base_url == "http://127.0.0.1:9/v1"


def test_an_openai_argument_beats_the_env_file() -> None:
    Path(".env").write_text("OPENAI_API_KEY=sk-file\n", encoding="utf-8")
    assert Settings(openai_api_key="sk-argument").openai_api_key == SecretStr("sk-argument")


def test_an_unknown_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_TOPK", "3")
    with pytest.raises(SettingsError, match="ASSISTANT_TOPK"):
        Settings()


def test_an_unknown_name_in_the_env_file_is_named() -> None:
    Path(".env").write_text("ASSISTANT_CORPUS=news\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="ASSISTANT_CORPUS"):
        Settings()


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"topk": 3}, "topk"),
        ({"top_k": 0}, "top_k"),
        ({"top_k": "many"}, "top_k"),
        ({"port": 65536}, "port"),
        ({"mode": "creative"}, "mode"),
        ({"chroma_url": "localhost:8000"}, "chroma_url"),
        ({"chroma_url": "http://ada:secret@chroma:8000"}, "must not hold a user and a password"),
        ({"openai_base_url": "ftp://models"}, "openai_base_url"),
        ({"chunk_size": 100, "chunk_overlap": 51}, "chunk_overlap must be at most half of chunk_size"),
        ({"embedding_input_types": "query"}, "embedding_input_types"),
        ({"embedding_batch_size": 2049}, "embedding_batch_size"),
        ({"embedding_concurrency": 0}, "embedding_concurrency"),
        ({"embedding_retries": -1}, "embedding_retries"),
        ({"llm_concurrency": 0}, "llm_concurrency"),
        ({"llm_retries": 11}, "llm_retries"),
        ({"embedding_input_types": "query, passage"}, "embedding_input_types"),
        ({"auth_user": "ada"}, "auth_user and auth_password go together"),
        ({"auth_password": "secret"}, "auth_user and auth_password go together"),
    ],
)
def test_a_value_that_does_not_fit_is_named(values: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        Settings(**values)


def test_several_problems_are_told_at_once() -> None:
    with pytest.raises(SettingsError, match=r"top_k: .*; port: "):
        Settings(top_k=0, port=0)


def test_an_error_does_not_repeat_a_secret() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings(auth_password="hunter2", top_k=0)  # noqa: S106 - made up
    assert "hunter2" not in str(caught.value)


def test_secrets_are_masked_wherever_settings_are_shown() -> None:
    settings = Settings(openai_api_key="sk-1", auth_user="ada", auth_password="hunter2")  # noqa: S106 - made up
    shown = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert "sk-1" not in shown
    assert "hunter2" not in shown


def test_settings_cannot_be_changed() -> None:
    settings = Settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.top_k = 3  # type: ignore[misc]


def test_two_corpora_of_one_name_get_two_index_folders_in_the_user_cache() -> None:
    paths = {Settings(corpus_dir=Path(folder)).index_path for folder in ("a/news", "b/news")}
    assert len(paths) == 2
    assert all(path.is_relative_to(Path.home()) and path.name.startswith("news-") for path in paths)


def test_one_corpus_gets_one_index_folder_however_it_is_spelt() -> None:
    absolute, relative = Path.cwd() / "news", Path("x/../news")
    assert Settings(corpus_dir=absolute).index_path == Settings(corpus_dir=relative).index_path


def test_a_chosen_index_folder_is_used_as_it_is() -> None:
    assert Settings(index_dir=Path("var")).index_path == Path("var")


def test_feedback_is_kept_in_the_user_data_folder_unless_another_file_is_chosen() -> None:
    assert Settings().feedback_path.is_relative_to(Path.home())
    assert Settings(feedback_file=Path("~/thumbs")).feedback_path == Path.home() / "thumbs"


@pytest.mark.parametrize(
    "values",
    [
        {"top_k": 6},
        {"embedding_model": "other"},
        {"embedding_input_types": "query,passage"},
        {"mode": "extractive"},
    ],
)
def test_the_digest_tells_settings_apart_that_can_change_an_answer(values: dict[str, Any]) -> None:
    assert Settings(**values).digest() != Settings().digest()


@pytest.mark.parametrize(
    "values",
    [
        {"port": 8000},
        {"index_dir": "var"},
        {"corpus_dir": "news"},
        {"openai_api_key": "sk-1"},
        {"feedback_file": "f"},
        {"embedding_batch_size": 7, "embedding_concurrency": 7, "embedding_retries": 7},
        {"llm_concurrency": 7, "llm_retries": 7},
    ],
)
def test_the_digest_ignores_what_changes_no_answer(values: dict[str, Any]) -> None:
    assert Settings(**values).digest() == Settings().digest()


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_described(name: str) -> None:
    assert (Settings.model_fields[name].description or "").endswith(".")
