"""The errors that parts of the package have in common, each with the advice that goes with it.

AssistantError
├── SettingsError           a setting is unknown, out of bounds or does not fit another
├── CorpusError             the corpus folder is missing or cannot be listed
│   └── MetadataError       metadata.yaml is malformed; names file and key
├── QuestionError           the question is empty, too long, or holds no word to search for
├── UnknownArticleError     no article has this id
├── IndexDamagedError       the stored index is corrupt, foreign or incomplete
├── IndexUnavailableError   the index cannot be reached now: the Chroma server is down, the disk refuses
├── ClusterError            a Ray cluster cannot be used or was lost
├── ModelError              a model failed, on this machine or at an endpoint
│   └── ContextTooLongError its model cannot read as much as it was sent
├── PromptError             a prompt template is missing or malformed
├── LanguageDataError       the file of language data is damaged
└── FeedbackError           readers' feedback cannot be kept or read; names the line

Those of a single part stand in it: NoVerdictError in `answers`, FilterError and CallError in `ui`, UsageError and
OutputError in `cli`.
"""


class AssistantError(Exception):
    """Base of all errors meant for a reader: `str(error)` says what is wrong, `advice` what to do."""

    advice = ""

    def in_words(self) -> str:
        """The message and its advice, as one line for a person."""
        return f"{self} {self.advice}".strip()


class SettingsError(AssistantError):
    """A setting is unknown, out of bounds, or does not fit another."""

    advice = "Settings come from arguments, ASSISTANT_* variables and .env; docs/configuration.md lists them."


class CorpusError(AssistantError):
    """The corpus folder is missing or cannot be listed."""

    advice = "Set ASSISTANT_CORPUS_DIR to a folder of .txt or .md files."


class MetadataError(CorpusError):
    """metadata.yaml is malformed or names an unknown key."""

    advice = "Correct the file and sync again; nothing was changed."


class QuestionError(AssistantError, ValueError):
    """The question is empty, too long, or holds no word to search for."""

    advice = "Ask one question in a sentence or two."


class UnknownArticleError(AssistantError, KeyError):
    """No article in the index has the requested id."""

    advice = "`assistant articles` lists the ids."

    # KeyError shows its argument's repr; a reader wants the sentence.
    __str__ = Exception.__str__


class IndexDamagedError(AssistantError):
    """The stored index is corrupt, belongs to something else, or misses a part."""

    advice = "Rebuild it from the articles with `assistant sync --rebuild`."


class IndexUnavailableError(AssistantError):
    """The index cannot be reached or written now; what is stored is unharmed."""

    advice = "Check that the Chroma server runs and that the index folder is writable, then try again."


class ClusterError(AssistantError):
    """A Ray cluster cannot be used, or was lost in the course of a sync."""

    advice = "Check that the cluster runs, and sync again: the index is as before, and what was embedded is kept."


class ModelError(AssistantError):
    """A model that writes or embeds failed, on this machine or at an endpoint."""

    advice = "Check OPENAI_BASE_URL, OPENAI_API_KEY and the model's name."


class ContextTooLongError(ModelError):
    """A prompt is longer than the model can read."""


class PromptError(AssistantError):
    """A prompt template is missing, or its variables are not the ones it is filled with."""

    advice = "Correct the file under prompts/, or reinstall the package."


class LanguageDataError(AssistantError):
    """The file of language data is damaged."""

    advice = "Reinstall the package."


class FeedbackError(AssistantError):
    """Readers' feedback cannot be kept, or not be read back; of a broken line the message gives the number."""

    advice = "ASSISTANT_FEEDBACK_FILE says where feedback is kept; correct or delete a line that is not feedback."
