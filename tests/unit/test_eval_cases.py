"""The cases: how they are read, what is wrong with a wrong one, and that the shipped ones hold."""

from collections import Counter
from pathlib import Path

import pytest

from assistant import Assistant, Settings
from eval.cases import SHIPPED, CaseError, load_cases, locate
from eval.metrics.answers import fact_recall

SEEDS = SHIPPED.parent.parent / "seeds"

GOOD = """\
- id: bridge-cost
  type: number
  split: dev
  question: What did the repairs come to?
  answer: 48 million crowns.
  facts:
    - [48 million, forty-eight million]
  evidence:
    - article: a.txt
      quote: It cost 48 million crowns.
- id: bridge-age
  type: near-topic
  question: How old is the bridge?
  answerable: false
  note: The article does not say when it was built.
"""


def _file(folder: Path, text: str, name: str = "cases.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_case_is_read_with_its_defaults(tmp_path: Path) -> None:
    cost, age = load_cases([_file(tmp_path, GOOD)])
    assert (cost.id, cost.split, cost.language, cost.answerable) == ("bridge-cost", "dev", "en", True)
    assert cost.facts == (("48 million", "forty-eight million"),)
    assert (age.split, age.answerable, age.evidence) == ("test", False, ())
    assert age.place.endswith("cases.yaml:11")


def test_a_folder_is_read_file_by_file(tmp_path: Path) -> None:
    _file(tmp_path, GOOD, "b.yaml")
    _file(tmp_path, GOOD.replace("bridge", "dam"), "a.yaml")
    _file(tmp_path, "not a case", "notes.txt")
    assert [case.id for case in load_cases([tmp_path])] == ["dam-cost", "dam-age", "bridge-cost", "bridge-age"]


@pytest.mark.parametrize(
    ("old", "new", "line", "complaint"),
    [
        ("  type: number\n", "", 1, "type: Field required"),
        ("question: What", "quesion: What", 4, "quesion: Extra inputs"),
        ("split: dev", "split: deff", 3, "split: Input should be 'dev' or 'test'"),
        ("id: bridge-cost", "id: Bridge Cost", 1, "id: String should match"),
        ("      quote: It", "      qoute: It", 10, "evidence.0.qoute: Extra inputs"),
        ("  answer: 48 million crowns.\n", "", 1, "an answerable case needs answer"),
        ("[48 million, forty-eight million]", "[]", 1, "at least one way to say it"),
        ("[48 million, forty-eight million]", "48 million", 7, "facts.0: Input should be a valid"),
        ("[48 million, forty-eight million]", "[48]", 7, "facts.0.0: Input should be a valid string"),
        ("  note: The", "  answer: The", 11, "an unanswerable case cannot have answer"),
        ("  split: dev\n", "  split: dev\n  split: test\n", 4, "split: is given twice"),
        ("      quote: It", "      article: b.txt\n      quote: It", 10, "article: is given twice"),
    ],
)
def test_a_mistake_is_named_by_file_line_and_key(tmp_path: Path, old: str, new: str, line: int, complaint: str) -> None:
    path = _file(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(CaseError) as caught:
        load_cases([path])
    assert f"{path}:{line}: " in str(caught.value)
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("id: x\n", "not a list of cases"),
        ("", "not a list"),
        ("- [", "is not YAML"),
        ("- a\n- b\n", ":1: "),
        ("- day: 2020-02-30\n", "day is out of range"),
    ],
)
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(CaseError, match=complaint):
        load_cases([_file(tmp_path, text)])


def test_an_id_is_used_once(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=r"b\.yaml:1: id: bridge-cost was used before, at .*a\.yaml:1"):
        load_cases([_file(tmp_path, GOOD, "a.yaml"), _file(tmp_path, GOOD, "b.yaml")])


@pytest.mark.parametrize(("name", "complaint"), [("missing.yaml", "cannot be read"), ("", r"there is no \.yaml")])
def test_what_is_not_there_is_said(tmp_path: Path, name: str, complaint: str) -> None:
    with pytest.raises(CaseError, match=complaint):
        load_cases([tmp_path / name])


@pytest.mark.parametrize(
    ("texts", "complaint"),
    [
        ({"b.txt": ""}, "there is no article a.txt"),
        ({"a.txt": "It cost 49 million crowns."}, "stands 0 times"),
        ({"a.txt": "It cost 48 million crowns. It cost 48 million crowns."}, "stands 2 times"),
    ],
)
def test_a_quote_that_does_not_stand_is_named(tmp_path: Path, texts: dict[str, str], complaint: str) -> None:
    cost, _ = load_cases([_file(tmp_path, GOOD)])
    with pytest.raises(CaseError, match=complaint) as caught:
        locate(cost, texts)
    assert "cases.yaml:10: evidence of bridge-cost" in str(caught.value)


def test_a_filter_names_articles_that_are_there(tmp_path: Path) -> None:
    filtered = GOOD.replace("  answer: 48", "  filters: {articles: [a.txt, b.txt]}\n  answer: 48")
    cost, _ = load_cases([_file(tmp_path, filtered)])
    with pytest.raises(CaseError, match=r"cases\.yaml:1: filters of bridge-cost: there is no article b\.txt"):
        locate(cost, {"a.txt": "It cost 48 million crowns."})


def test_a_quote_is_located(tmp_path: Path) -> None:
    cost, _ = load_cases([_file(tmp_path, GOOD)])
    ((place,),) = locate(cost, {"a.txt": "Open. It cost 48 million crowns."})
    assert (place.article, place.span.start, place.span.end) == ("a.txt", 6, 32)


# The shipped cases


def test_every_quote_of_the_shipped_cases_stands_in_its_article(tmp_path: Path) -> None:
    with Assistant(Settings(corpus_dir=SEEDS, index_dir=tmp_path)) as bot:
        texts = {source.id: bot.article(source.id).text for source in bot.articles()}
    for case in load_cases([SHIPPED]):
        assert len(locate(case, texts)) == len(case.evidence)


def test_the_evidence_of_every_shipped_case_says_its_facts() -> None:
    for case in load_cases([SHIPPED]):
        if case.answerable:
            assert fact_recall(" ".join(piece.quote for piece in case.evidence), case.facts) == 1, case.id


def test_the_shipped_cases_are_many_and_of_many_kinds() -> None:
    cases = load_cases([SHIPPED])
    assert len(cases) >= 180
    assert sum(not case.answerable for case in cases) >= 45
    assert {"en", "ru", "az", "hy", "tr", "fr"} == {case.language for case in cases}
    assert len({case.type for case in cases}) >= 12


def test_both_splits_have_cases_of_every_kind() -> None:
    counts = Counter((case.type, case.answerable, case.split) for case in load_cases([SHIPPED]))
    for kind, answerable, _ in list(counts):
        assert counts[kind, answerable, "dev"], kind
        assert counts[kind, answerable, "test"], kind


def test_no_evidence_of_a_single_fact_is_in_both_splits() -> None:
    places: dict[str, str] = {}
    for case in load_cases([SHIPPED]):
        if len(case.evidence) == 1:
            assert places.setdefault(case.evidence[0].quote, case.split) == case.split, case.id
