"""The cases: how they are read, what is wrong with a wrong one, and that the shipped ones hold."""

from collections import Counter
from pathlib import Path

import pytest

from assistant import Assistant, Settings
from eval.cases import SHIPPED, CaseError, load_cases, locate
from eval.gate import PAGE
from eval.metrics.answers import fact_recall
from eval.metrics.citations import Place

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
        ("question: What did the repairs come to?", "question: ' \u00a0 '", 4, "question: is empty"),
        ("split: dev", "place: here", 3, "place: Extra inputs"),
        ("split: dev", "quote_places: {}", 3, "quote_places: Extra inputs"),
        (
            "split: dev",
            "filters: {published_from: 2024-05-02, published_to: 2024-05-01}",
            3,
            "filters: published_from 2024-05-02 is later than published_to 2024-05-01",
        ),
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
        ("[]\n", "there is no case in it"),
        ("- &a [*a]\n", "nested too deeply, or holds itself"),
        (f"- {'[' * 3000}{']' * 3000}\n", "nested too deeply"),
    ],
)
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(CaseError, match=complaint):
        load_cases([_file(tmp_path, text)])


def test_a_question_that_is_longer_than_the_setting_allows_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _file(tmp_path, GOOD.replace("What did the repairs", f"What did {'the ' * 50}repairs"))
    assert len(load_cases([path])) == 2
    monkeypatch.setenv("ASSISTANT_MAX_QUESTION_CHARS", "100")
    with pytest.raises(CaseError, match=r"cases\.yaml:4: question: has 225 characters; at most 100 are read"):
        load_cases([path])


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


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[list[Place]]]:
    """Where the evidence of each shipped case stands."""
    with Assistant(Settings(corpus_dir=SEEDS, index_dir=tmp_path_factory.mktemp("index"))) as bot:
        texts = {source.id: bot.article(source.id).text for source in bot.articles()}
    return {case.id: locate(case, texts) for case in load_cases([SHIPPED])}


def test_every_quote_of_the_shipped_cases_stands_in_its_article(places: dict[str, list[list[Place]]]) -> None:
    for case in load_cases([SHIPPED]):
        assert len(places[case.id]) == len(case.evidence)


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


def test_the_page_says_how_many_test_cases_share_evidence_with_dev(places: dict[str, list[list[Place]]]) -> None:
    cases = [case for case in load_cases([SHIPPED]) if case.answerable]
    dev, test = ([places[case.id] for case in cases if case.split == split] for split in ("dev", "test"))
    shared = sum(_share(one, dev) for one in test)
    alone = sum(_share(one, [other for other in dev if len(other) == 1]) for one in test if len(one) == 1)
    page = " ".join(PAGE.read_text(encoding="utf-8").split())
    assert f"Of the {len(test)} test cases that the articles answer, {shared} rest in part on a passage" in page
    assert f"where one passage is all that both need, it is {alone} case" in page


def _share(one: list[list[Place]], others: list[list[list[Place]]]) -> bool:
    """Whether a case's evidence, or what would do as well, overlaps with that of another."""
    return any(
        place.overlaps(there) for piece in one for place in piece for other in others for at in other for there in at
    )
