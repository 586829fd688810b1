"""Asks a model whether passages say what a sentence says."""

import re
from collections.abc import Sequence

from assistant.answers.material import passage
from assistant.errors import ModelError
from assistant.models.chat import Budget, ChatModel
from assistant.prompts import as_data, load_prompt
from assistant.records import Support
from assistant.retrieval import Hit

_VERDICT = re.compile(r"\W*(?:[^:\n]{0,60}:\W*)?(yes|partly|no)\b", re.IGNORECASE)
_SUPPORT: dict[str, Support] = {"yes": "supported", "partly": "partial", "no": "unsupported"}


class NoVerdictError(ModelError):
    """The model answered something else than a verdict."""


class Verifier:
    """A model that checks sentences.

    Args:
        model: what is asked.
    """

    def __init__(self, model: ChatModel) -> None:
        self._model = model

    def support(self, sentence: str, cited: Sequence[Hit], budget: Budget) -> Support:
        """How far the cited passages say the sentence.

        Raises:
            NoVerdictError: the model did not say.
            ModelError: the model failed.
        """
        prompt = load_prompt("verify", frozenset({"passages", "sentence"})).substitute(
            passages="\n\n".join(passage(hit.chunk.source, hit.chunk.text) for hit in cited),
            sentence=as_data(sentence),
        )
        said = self._model.whole_reply("", prompt, budget)
        match = _VERDICT.match(said)
        if match is None:
            message = f"The model {self._model.name} did not say whether a sentence is supported."
            error = NoVerdictError(message)
            error.advice = "Another model for ASSISTANT_VERIFY_MODEL may."
            raise error
        return _SUPPORT[match[1].lower()]

    def close(self) -> None:
        """Closes the connections of the model."""
        self._model.close()
