"""What checking costs: how long a reader waits for a written answer, beside the endpoint's bare stream."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import openai

from assistant import AnswerDelta, Assistant, Settings
from assistant.checking import Checker
from assistant.retrieval import Retrieval
from bench.plan import Plan
from bench.tables import Table
from bench.timing import Times
from tests.endpoint import MODEL, Endpoint, Reply, status, text, trickling

# As a hosted model writes: some 80 tokens a second.
PIECE_CHARS = 4
SECONDS_A_PIECE = 0.012
ARTICLES = 40
ROUNDS = 20
SENTENCES = 4
CROWD = 16


def measure(plan: Plan) -> list[Table]:
    """Streams the same answers bare and through the assistant, in turn, and checks sentences one by one."""
    settings = plan.settings("writing")
    plan.corpus.write(settings.corpus_dir, range(ARTICLES))
    plan.say("writing answers")
    with Assistant(settings.model_copy(update={"mode": "extractive"}), embedding=plan.local) as bot:
        bot.sync()
        found = [bot.search(question) for question in plan.corpus.questions(ROUNDS, ARTICLES)]
        return [_streams(plan, settings, found), _crowd(plan, settings, found[0]), _checks(plan, found)]


def _streams(plan: Plan, settings: Settings, found: list[Retrieval]) -> Table:
    bare_first, bare, first, whole = Times(), Times(), Times(), Times()
    for retrieval in found:
        with Endpoint(_slowly(_answer_from(retrieval))) as endpoint:
            _time_stream(_bare(endpoint.url, retrieval.question.text), bare_first, bare)
            written = settings.model_copy(update={"openai_base_url": endpoint.url, "llm_model": MODEL})
            with Assistant(written, embedding=plan.local) as bot:
                bot.warm_up()
                events = bot.stream(retrieval.question.text)
                _time_stream((event.text for event in events if isinstance(event, AnswerDelta)), first, whole)
    table = Table(
        "Written answers",
        ("milliseconds, median / 95th percentile", "bare endpoint", "assistant"),
        note=f"{len(found)} answers of {SENTENCES} sentences from an endpoint on this machine that writes "
        f"{1 / SECONDS_A_PIECE:.0f} pieces of {PIECE_CHARS} characters a second. The assistant retrieves first, and "
        "shows a sentence when the next one has begun and it is checked.",
    )
    table.add("first word, first sentence", bare_first.milliseconds(), first.milliseconds())
    table.add("whole answer", bare.milliseconds(), whole.milliseconds())
    return table


def _crowd(plan: Plan, settings: Settings, retrieval: Retrieval) -> Table:
    """Many readers at once: more and fewer replies at a time, and an endpoint that has enough of them at first."""
    answer, busy = _slowly(_answer_from(retrieval)), [status(429)] * CROWD
    table = Table(
        f"Written answers to {CROWD} readers at once",
        ("", "seconds until all have theirs", "written", "requests"),
        note=f"The same question by {CROWD} threads, answered as above; `ASSISTANT_LLM_CONCURRENCY` and "
        f"`ASSISTANT_LLM_RETRIES`. Where the endpoint is busy it refuses the first {CROWD} requests (429). An answer "
        "that is not written quotes the articles, and says why.",
    )
    for name, replies, changes in (
        *((f"{number} at a time", [answer], {"llm_concurrency": number}) for number in (1, 4, CROWD)),
        *((f"busy endpoint, {number} retries", [*busy, answer], {"llm_retries": number}) for number in (0, 2)),
    ):
        plan.say(f"writing for {CROWD} readers, {name}")
        with Endpoint(*replies) as endpoint:
            written = settings.model_copy(update={"openai_base_url": endpoint.url, "llm_model": MODEL, **changes})
            with Assistant(written, embedding=plan.local) as bot, ThreadPoolExecutor(CROWD) as pool:
                bot.warm_up()
                start = time.perf_counter()
                answers = list(pool.map(bot.ask, [retrieval.question.text] * CROWD))
                seconds = time.perf_counter() - start
            modes = [found.mode for found in answers]
            table.add(name, f"{seconds:.1f}", f"{modes.count('generative')}", f"{len(endpoint.requests)}")
    return table


def _checks(plan: Plan, found: list[Retrieval]) -> Table:
    checker, times = Checker(plan.local), Times()
    for retrieval in found:
        cited = retrieval.hits[:1]
        for sentence in cited[0].sentence_texts:
            with times.run():
                checker.check(sentence, cited)
    table = Table(
        "Checking a written sentence",
        ("", "milliseconds, median / 95th percentile", "n"),
        note="Numbers, dates, names, quotations and meaning, against one passage; the embedding included.",
    )
    table.add("one sentence", times.milliseconds(), f"{times.n}")
    return table


def _answer_from(retrieval: Retrieval) -> str:
    """Sentences of the passages, each with its number, as a model that keeps to its orders would write."""
    pairs = [(text, number) for number, hit in enumerate(retrieval.hits, 1) for text in hit.sentence_texts]
    return " ".join(f"{sentence} [{number}]" for sentence, number in pairs[:SENTENCES])


def _slowly(answer: str) -> Reply:
    return trickling(text(answer, size=PIECE_CHARS), SECONDS_A_PIECE)


def _bare(url: str, question: str) -> Iterator[str]:
    with openai.OpenAI(base_url=url, api_key="none") as client:
        stream = client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": question}], stream=True
        )
        for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                yield chunk.choices[0].delta.content


def _time_stream(pieces: Iterator[str], first: Times, whole: Times) -> None:
    start = time.perf_counter()
    for number, _ in enumerate(pieces):
        if number == 0:
            first.seconds.append(time.perf_counter() - start)
    whole.seconds.append(time.perf_counter() - start)
