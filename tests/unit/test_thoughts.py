"""What of a reply is a thought, however it is marked and cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.models.thoughts import Thoughts, without_thoughts


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        *(
            (f"<{name}>", f"</{name}>")
            for name in ("think", "thinking", "thought", "thoughts", "reasoning", "reflection")
        ),
        *(
            (f"<{name}>", f"</{name}>")
            for name in ("THINK", "Thinking", "antThinking", "scratchpad", "inner_monologue")
        ),
        *((f"<{name}>", f"</{name}>") for name in ("seed:think", "self-reflection", "thinking_process", "analysis")),
        *(("<think >", "</ think>"), ('<reasoning effort="high">', "</reasoning>"), ("< think>", "</think >")),
        *(("<|begin_of_thought|>", "<|end_of_thought|>"), ("◁think▷", "◁/think▷"), ("[THINK]", "[/THINK]")),
        ("<think>", "</thinking>"),
    ],
)
@pytest.mark.parametrize("thought", ["Hm.", "Hm?\n\n<b>Hm</b> 1 < 2.", ""])
def test_a_thought_is_taken_out(opening: str, closing: str, thought: str) -> None:
    assert without_thoughts(f"{opening}{thought}{closing}It rains.").strip() == "It rains."
    assert without_thoughts(f"It rains. {opening}{thought}").strip() == "It rains."
    assert without_thoughts(f"{thought}{closing}It rains.") == "It rains."
    assert without_thoughts(f"{opening}{thought}").strip() == ""


@pytest.mark.parametrize(
    "reply", ["1 < 2 > 0", "I <b>think</b> so.", "<thinker>", "We [think] so.", "<think", "[TH", "think>", "a<", ""]
)
def test_anything_else_stays(reply: str) -> None:
    assert without_thoughts(reply) == reply


_PIECES = st.sampled_from(
    ["<think>", "</think>", "[THINK]", "[/THINK]", "<", "◁", "▷", ">", "/", "[", "think", " ", "It"]
)


@given(st.lists(_PIECES | st.text(max_size=3), max_size=20).map("".join), st.lists(st.integers(0, 80), max_size=10))
def test_however_it_is_cut_the_same_is_no_thought(reply: str, cuts: list[int]) -> None:
    places = sorted({0, len(reply), *(cut for cut in cuts if cut < len(reply))})
    thoughts, said = Thoughts(), ""
    for text in [t for start, end in pairwise(places) for t in thoughts.feed(reply[start:end])] + [*thoughts.end()]:
        said = "" if text is None else said + text
    assert said == without_thoughts(reply)
