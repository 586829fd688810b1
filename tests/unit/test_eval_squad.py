import json
from pathlib import Path
from typing import Any

import pytest

from assistant.records import Filters
from eval.public.experiments import without
from eval.public.squad import SquadQuestion, SquadSet, read_squad

DATA = [
    {
        "title": "Bridge",
        "paragraphs": [
            {
                "context": "It cost 48 million.",
                "qas": [
                    {"id": "1", "question": "What did it cost?", "answers": [{"text": "48"}, {"text": "48 million"}]},
                    {"id": "2", "question": "How much?", "answers": [{"text": "48"}, {"text": "48"}]},
                ],
            },
            {"context": "It opened in May.", "qas": []},
        ],
    },
    {
        "title": "Dam",
        "paragraphs": [
            {
                "context": "It burst in 1990.",
                "qas": [{"id": "3", "question": "When did it burst?", "answers": [{"text": "1990"}]}],
            }
        ],
    },
]


def _file(folder: Path, data: Any, name: str = "en.json") -> Path:
    path = folder / name
    path.write_text(json.dumps({"data": data}), encoding="utf-8")
    return path


def _translated() -> Any:
    data = json.loads(json.dumps(DATA))
    for number, question in enumerate(q for a in data for p in a["paragraphs"] for q in p["qas"]):
        question["question"] = f"Вопрос {number}?"
        question["answers"] = [{"text": "другой"}]
    return data


@pytest.fixture
def squad(tmp_path: Path) -> SquadSet:
    return read_squad(_file(tmp_path, DATA))


def test_paragraphs_are_named_by_their_place(squad: SquadSet) -> None:
    assert squad.paragraphs == {
        "00/00.txt": "It cost 48 million.",
        "00/01.txt": "It opened in May.",
        "01/00.txt": "It burst in 1990.",
    }
    assert squad.articles == ("00", "01")


def test_a_question_knows_its_paragraph_and_its_answers_once_each(squad: SquadSet) -> None:
    assert squad.questions == (
        SquadQuestion("What did it cost?", "00/00.txt", ("48", "48 million")),
        SquadQuestion("How much?", "00/00.txt", ("48",)),
        SquadQuestion("When did it burst?", "01/00.txt", ("1990",)),
    )
    assert [question.article for question in squad.questions] == ["00", "00", "01"]


def test_questions_of_a_parallel_file_are_asked_of_the_same_paragraphs(tmp_path: Path, squad: SquadSet) -> None:
    other = read_squad(_file(tmp_path, DATA), _file(tmp_path, _translated(), "ru.json"))
    assert other.paragraphs == squad.paragraphs
    assert [question.text for question in other.questions] == ["Вопрос 0?", "Вопрос 1?", "Вопрос 2?"]
    # The answers are looked for in the paragraphs, so they stay in their language.
    assert [question.answers for question in other.questions] == [question.answers for question in squad.questions]


def test_a_part_holds_its_articles_and_their_questions(squad: SquadSet) -> None:
    part = squad.part(["01"])
    assert part.paragraphs == {"01/00.txt": "It burst in 1990."}
    assert [question.text for question in part.questions] == ["When did it burst?"]
    assert squad.part([]) == SquadSet({}, ())


def test_halves_take_every_other_article(squad: SquadSet) -> None:
    fit, measured = squad.halves()
    assert (fit.articles, measured.articles) == (("00",), ("01",))
    assert len(fit.questions) + len(measured.questions) == len(squad.questions)


@pytest.mark.parametrize("articles", [[], ["00"], ["00", "00"]])
def test_too_few_articles_make_no_halves(squad: SquadSet, articles: list[str]) -> None:
    with pytest.raises(ValueError, match="do not make two halves"):
        squad.part(articles).halves()


def test_a_set_is_written_as_a_corpus(tmp_path: Path, squad: SquadSet) -> None:
    folder = squad.write(tmp_path / "corpus")
    written = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.txt")}
    assert written == squad.paragraphs


@pytest.mark.parametrize(
    ("absent", "left"),
    [
        ("nothing", None),
        ("article", Filters(articles=("01/00.txt",))),
        ("paragraph", Filters(articles=("00/01.txt", "01/00.txt"))),
    ],
)
def test_what_is_absent_is_hidden_from_a_question(squad: SquadSet, absent: Any, left: Filters | None) -> None:
    assert without(squad, squad.questions[0], absent) == left


def test_hiding_an_article_hides_none_whose_name_begins_alike() -> None:
    squad = SquadSet({"10/00.txt": "One.", "100/00.txt": "Two."}, (SquadQuestion("One?", "10/00.txt", ("One",)),))
    assert without(squad, squad.questions[0], "article") == Filters(articles=("100/00.txt",))


def test_where_nothing_is_left_the_filter_lets_nothing_through() -> None:
    squad = SquadSet({"00/00.txt": "One."}, (SquadQuestion("One?", "00/00.txt", ("One",)),))
    hidden = without(squad, squad.questions[0], "article")
    assert hidden
    assert not set(hidden.articles) & set(squad.paragraphs)


@pytest.mark.parametrize(
    "text",
    [
        '{"data": [{"paragraphs": [{"context": "x"}]}]}',
        '{"data": [{"paragraphs": [{"qas": []}]}]}',
        '{"data": [{"paragraphs": [{"context": "x", "qas": [{"question": "q"}]}]}]}',
        '{"data": [{"paragraphs": 3}]}',
        "",
        "{",
        "[]",
        "{}",
        '{"data": 1}',
        '{"data": [1]}',
        '{"data": [{"title": "x"}]}',
        '["data"]',
        "null",
    ],
)
def test_a_file_of_another_shape_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"odd\.json is not a SQuAD-shaped file"):
        read_squad(path)


def _without_a_question(data: Any) -> Any:
    del data[0]["paragraphs"][0]["qas"][1]
    return data


def _without_a_paragraph(data: Any) -> Any:
    del data[0]["paragraphs"][1]
    return data


@pytest.mark.parametrize("change", [_without_a_question, _without_a_paragraph, lambda data: data[:1], lambda _: []])
def test_files_that_are_not_parallel_are_told(tmp_path: Path, change: Any) -> None:
    questions = _file(tmp_path, change(_translated()), "ru.json")
    with pytest.raises(ValueError, match=r"ru\.json does not ask the same questions as .*en\.json"):
        read_squad(_file(tmp_path, DATA), questions)
