"""Says in words what is wrong with an answer, and where on its way it went wrong."""

from collections.abc import Sequence
from typing import Final, Literal, get_args

from eval.report.traces import Trace, facts, first_rank, trace
from eval.suite import Result

Verdict = Literal["right", "refused rightly", "incomplete", "wrong", "refused wrongly", "answered wrongly"]

VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)
GOOD: Final[frozenset[Verdict]] = frozenset({"right", "refused rightly"})


def verdict(result: Result) -> Verdict:
    """What came of a case, in a word or two."""
    if not result.case.answerable:
        return "refused rightly" if result.answer.refused else "answered wrongly"
    if result.answer.refused:
        return "refused wrongly"
    said = [fact.said for fact in facts(result)]
    if all(said):
        return "right"
    return "incomplete" if any(said) else "wrong"


def diagnose(result: Result) -> str:
    """Why the case came out as it did, as one line for a person who wants to mend it."""
    broken = [f"broken citations: {', '.join(result.faults)}"] if result.faults else []
    return "; ".join([*_causes(result), *broken])


def _causes(result: Result) -> list[str]:
    found = verdict(result)
    if found == "refused rightly":
        return [f"refused, and no article tells{_score(result)}"]
    if found == "answered wrongly":
        return [f"answered although no article tells{_score(result)}"]
    if found == "refused wrongly":
        return [f"refused {_what_was_there(result)}{_score(result)}"]
    if found == "right":
        return ["says every key fact", *_unquoted(trace(result))]
    lost = _evidence_lost(result)
    return [_facts_said(result), *lost] if lost else [f"{_facts_said(result)}, although the evidence is quoted"]


def _facts_said(result: Result) -> str:
    said = [fact.said for fact in facts(result)]
    return f"says {sum(said)} of {len(said)} key facts"


def _score(result: Result) -> str:
    return "" if result.answerability is None else f" (answerability {result.answerability:.1f})"


def _what_was_there(result: Result) -> str:
    ranks = [traced.rank for traced in trace(result) if traced.rank is not None]
    if ranks:
        return f"although {'the evidence' if len(result.case.evidence) == 1 else 'evidence'} was passage {min(ranks)}"
    return f"with {_not_retrieved(result)}"


def _evidence_lost(result: Result) -> list[str]:
    """Where on its way each piece of evidence was lost, as far as any was."""
    traces = trace(result)
    missing = [traced for traced in traces if traced.rank is None and not traced.cited]
    if len(missing) == len(traces):
        return [_not_retrieved(result)]
    lost = [f"{_pieces(missing, traces)} {_nowhere(result)}"] if missing else []
    return lost + _unquoted(traces)


def _unquoted(traces: Sequence[Trace]) -> list[str]:
    unquoted = [traced for traced in traces if traced.rank is not None and not traced.cited]
    if not unquoted:
        return []
    ranks = sorted({traced.rank for traced in unquoted if traced.rank is not None})
    where = f"passage{'' if len(ranks) == 1 else 's'} {', '.join(map(str, ranks))}"
    return [f"{_pieces(unquoted, traces)} retrieved ({where}) but not quoted"]


def _not_retrieved(result: Result) -> str:
    """The evidence is in none of the passages that the answer was made from; the ranking may have it all the same."""
    rank = first_rank(result)
    if rank is None:
        elsewhere = ""
    elif rank > len(result.answer.passages):
        elsewhere = f", only passage {rank}"
    else:
        # A survey takes the best passage of each article, not the best of all.
        elsewhere = f" of the answer, though passage {rank} of the ranking"
    return f"evidence {_nowhere(result)}{elsewhere}"


def _nowhere(result: Result) -> str:
    passages = len(result.answer.passages)
    if passages == 1:
        return "not in the only passage"
    return f"not among the first {passages} passages" if passages else "not retrieved, nor any passage"


def _pieces(some: Sequence[Trace], traces: Sequence[Trace]) -> str:
    return "evidence" if len(some) == len(traces) else f"{len(some)} of {len(traces)} pieces of evidence"
