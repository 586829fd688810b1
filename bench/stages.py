"""Times the stages on the way from a question to its answer, as they happen."""

import time
from collections import defaultdict
from collections.abc import Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, cast

from assistant import Settings
from assistant.answers import extractive
from assistant.calibration import calibration_for
from assistant.question import read_question
from assistant.retrieval import Retriever
from bench.timing import Times

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

    from assistant.index import Index

ANALYSIS = "question analysis"
EMBEDDING = "query embedding"
DENSE = "dense search"
LEXICAL = "lexical search"
READING = "reading chunks"
RESCORING = "rescoring"
ANSWER = "answer"
STAGES = (ANALYSIS, EMBEDDING, DENSE, LEXICAL, READING, RESCORING, ANSWER)


class Watched:
    """Passes everything on to `target` and times the calls of some of its methods.

    Args:
        target: any object.
        stages: name of a method -> name of the stage it is.
        spent: seconds by stage, which are added to.
    """

    def __init__(self, target: object, stages: Mapping[str, str], spent: MutableMapping[str, float]) -> None:
        self._target = target
        self._stages = stages
        self._spent = spent
        self.ended = 0.0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._target, name)
        if name not in self._stages:
            return method

        def timed(*args: Any, **kwargs: Any) -> Any:
            start = time.perf_counter()
            result = method(*args, **kwargs)
            self.ended = time.perf_counter()
            self._spent[self._stages[name]] += self.ended - start
            return result

        return timed


class Stages:
    """The path of `Assistant.ask`, put together from the same parts, each of them timed.

    The lexical search runs beside the embedding, the dense search and the reading, so the stages add up to more than
    the whole. Rescoring is what is left of the search after the chunks were read.

    Args:
        index: an open index.
        embedding: for the questions.
        settings: of the assistant whose path it is.
    """

    def __init__(self, index: "Index", embedding: "BaseEmbedding", settings: Settings) -> None:
        self.times: dict[str, Times] = defaultdict(Times)
        self._spent: dict[str, float] = defaultdict(float)
        stages = {"nearest": DENSE, "matching": LEXICAL, "chunks": READING}
        self._index = Watched(index, stages, self._spent)
        self._calibration = calibration_for(embedding.model_name)
        self._settings = settings
        watched = Watched(embedding, {"get_query_embedding": EMBEDDING}, self._spent)
        self._retriever = Retriever(cast("Index", self._index), cast("BaseEmbedding", watched), settings.lexical_weight)

    def ask(self, text: str) -> None:
        """Takes one question all the way."""
        self._spent.clear()
        with self.times[ANALYSIS].run():
            question = read_question(text)
        found = self._retriever.search(question, self._settings.top_k)
        self.times[RESCORING].seconds.append(time.perf_counter() - self._index.ended)
        with self.times[ANSWER].run():
            extractive.answer(found, self._calibration, self._index.article, self._settings.answer_sentences)
        for stage, seconds in self._spent.items():
            self.times[stage].seconds.append(seconds)
