"""`python -m eval` end to end, over a made-up SQuAD-shaped file and the same questions in Russian."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from assistant.calibration import UNCALIBRATED, Calibration
from eval.__main__ import main
from eval.calibrate import CALIBRATED, DATA, LEXICAL, OTHER_LANGUAGE, SAME_LANGUAGE
from eval.public.squad_run import run
from eval.recipe import Setup
from tests.articles import BRIDGE_COST, write_corpus

# Articles by title; of each paragraph the text, then its questions: in English, in Russian, and the answer in the text.
ARTICLES = """\
# Velm

Velm is a town on the river Orse. It was founded in 1312 by Count Ulrich of Tarn. Its market is held on Tuesdays.
? Who founded the town of Velm? | Кто основал город Вельм? | Count Ulrich of Tarn
? On which day is the market of Velm held? | В какой день бывает рынок в Вельме? | Tuesdays

The glass works of Velm employ 240 people. They were bought by the Lindqvist family in 1978. Their blue bottles are
sold in eleven countries.
? How many people work in the glass works of Velm? | Сколько людей работает на стекольном заводе Вельма? | 240
? Which family bought the glass works of Velm? | Какая семья купила стекольный завод Вельма? | Lindqvist

# Skerry lighthouse

The lighthouse on Skerry Rock is 41 metres tall. Its lamp was lit for the first time in 1867. The last keeper, Magnus
Holm, left it in 1989.
? How tall is the lighthouse on Skerry Rock? | Какой высоты маяк на скале Скерри? | 41 metres
? Who was the last keeper of the Skerry lighthouse? | Кто был последним смотрителем маяка Скерри? | Magnus Holm

Seals rest on the rocks below the lighthouse. A count in 2015 found 600 of them. Fishermen complain that they tear the
nets.
? How many seals were counted in 2015? | Сколько тюленей насчитали в 2015 году? | 600
? What do the fishermen say the seals tear? | Что, по словам рыбаков, рвут тюлени? | the nets

# Quell dam

The Quell dam burst in the night of 9 March 1954. A crack had been reported by the engineer Ida Rowe. Nobody read her
letter.
? When did the Quell dam burst? | Когда прорвало плотину Квелл? | 9 March 1954
? Which engineer reported a crack in the dam? | Какой инженер сообщил о трещине в плотине? | Ida Rowe

After the flood the village of Lower Marsh was rebuilt on a hill. The new church was paid for by a lottery. It has
room for 90 people.
? Where was the village of Lower Marsh rebuilt? | Где заново построили деревню Нижнее Болото? | on a hill
? What paid for the new church? | На какие деньги построили новую церковь? | a lottery

# Tarn railway

The railway from Tarn to Port Ellery crosses nine tunnels. It was opened by Queen Adela in 1901. Steam engines ran on
it until 1966.
? How many tunnels does the railway cross? | Сколько туннелей на железной дороге? | nine
? Who opened the railway from Tarn? | Кто открыл железную дорогу из Тарна? | Queen Adela

A ticket from Tarn to Port Ellery costs 14 crowns. Children travel free of charge. The dining car serves pea soup.
? How much is a ticket from Tarn to Port Ellery? | Сколько стоит билет из Тарна в Порт-Эллери? | 14 crowns
? What soup does the dining car serve? | Какой суп подают в вагоне-ресторане? | pea soup

# Orse otter

The Orse otter weighs about seven kilograms. It feeds on crayfish and eels. Hunting it has been forbidden since 1971.
? What does the Orse otter feed on? | Чем питается выдра реки Орсе? | crayfish and eels
? Since when has hunting the otter been forbidden? | С какого года запрещена охота на выдру? | 1971

The zoologist Petra Lang has marked 35 otters with radio collars. One of them swam 60 kilometres in a single night.
Her study ends next year.
? Who marked the otters with radio collars? | Кто пометил выдр ошейниками? | Petra Lang
? How far did one otter swim in a night? | Сколько проплыла одна выдра за ночь? | 60 kilometres

# Elm festival

The festival of the elm tree begins on the first Sunday of May. Dancers wear green masks. The oldest mask was carved
in 1640.
? When does the festival of the elm tree begin? | Когда начинается праздник вяза? | first Sunday of May
? What do the dancers of the festival wear? | Что надевают танцоры на праздник? | green masks

In 2009 the festival was cancelled because of a storm. The damage came to 2 million crowns. The insurer Brandt and
Sons paid half of it.
? Why was the festival cancelled in 2009? | Почему праздник отменили в 2009 году? | a storm
? Which insurer paid half of the damage? | Какой страховщик оплатил половину ущерба? | Brandt and Sons
"""
DEV = BRIDGE_COST.replace("type: number", "type: number\n  split: dev")
ENGLISH, RUSSIAN = 0, 1
SHARES = (
    "passage R@1",
    "passage R@5",
    "passage MRR@10",
    "answer in the quotes",
    "refusal, article absent",
    "refusal, paragraph absent",
    "answerable refused",
)


def _paragraph(block: str, language: int) -> dict[str, Any]:
    lines = block.splitlines()
    asked = [line.removeprefix("? ").split(" | ") for line in lines if line.startswith("? ")]
    return {
        "context": " ".join(line for line in lines if not line.startswith("? ")),
        "qas": [{"question": entry[language], "answers": [{"text": entry[2]}]} for entry in asked],
    }


def _articles(language: int) -> list[dict[str, Any]]:
    articles = [text.split("\n\n") for text in ARTICLES.removeprefix("# ").split("\n\n# ")]
    return [
        {"title": title, "paragraphs": [_paragraph(block, language) for block in blocks]} for title, *blocks in articles
    ]


def _write(path: Path, language: int, count: int | None = None) -> Path:
    path.write_text(json.dumps({"data": _articles(language)[:count]}), encoding="utf-8")
    return path


def test_the_articles_are_such_as_a_run_needs() -> None:
    paragraphs = [paragraph for article in _articles(ENGLISH) for paragraph in article["paragraphs"]]
    assert (len(_articles(ENGLISH)), len(paragraphs)) == (6, 12)
    assert all(len(paragraph["qas"]) == 2 for paragraph in paragraphs)
    assert all(q["answers"][0]["text"] in paragraph["context"] for paragraph in paragraphs for q in paragraph["qas"])


def test_a_run_measures_retrieval_answers_and_refusal(tmp_path: Path) -> None:
    english = _write(tmp_path / "english.json", ENGLISH)
    estimates = run(english, english)
    assert set(estimates) == {"words", *SHARES}
    assert estimates["passage R@1"].n == 24
    figures = {name: found.mean for name, found in estimates.items()}
    assert all(found.low <= found.mean <= found.high for found in estimates.values())
    assert all(0 <= figures[name] <= 1 for name in SHARES)
    # Twelve short paragraphs are an easy corpus: a part that is broken shows.
    assert figures["passage R@5"] == 1
    assert figures["passage R@1"] <= figures["passage MRR@10"] <= 1
    assert figures["passage R@1"] > 0.9
    assert figures["answer in the quotes"] > 0.9
    assert 5 < figures["words"] < 60
    assert figures["refusal, article absent"] > 0.8


def test_a_run_prints_a_column_for_each_file_of_questions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    english, russian = _write(tmp_path / "english.json", ENGLISH, 2), _write(tmp_path / "russian.json", RUSSIAN, 2)
    main(["run", str(english), "--questions", str(english), str(russian)])
    printed = capsys.readouterr().out
    assert all(name in printed for name in ("english", "russian", "words", *SHARES))
    lines = printed.splitlines()
    (at,) = [place for place, line in enumerate(lines) if "passage R@5" in line]
    assert lines[at].split() == ["passage", "R@5", "1.000", "1.000", "8"]
    assert lines[at + 1].split() == ["[1.000,", "1.000]"] * 2
    assert max(map(len, lines[: at + 2])) <= 80


def test_figures_of_a_public_set_are_kept_with_what_they_were_made_with(tmp_path: Path) -> None:
    path, out = _write(tmp_path / "few.json", ENGLISH, 2), tmp_path / "out"
    main(["run", str(path), "--out", str(out)])
    kept = json.loads((out / "figures.json").read_text(encoding="utf-8"))
    assert kept["figures"]["few"]["passage R@5"] == {"mean": 1, "low": 1, "high": 1, "n": 8}
    assert kept["files"] == {"few.json": hashlib.sha256(path.read_bytes()).hexdigest()}
    assert kept["setup"].keys() == set(Setup.model_fields)
    assert kept["setup"]["models"].keys() == {"embedding", "engine"}
    shown = (out / "figures.md").read_text(encoding="utf-8")
    assert "| figure | few | n |\n| :-- | --: | --: |\n" in shown
    assert "| passage R@5 | 1.000 [1.000, 1.000] | 8 |" in shown
    assert f"few.json: sha256 {kept['files']['few.json']}" in shown


@pytest.mark.parametrize(
    ("option", "value"),
    [("--corpus", "seeds"), ("--index", "index"), ("--split", "test"), ("--judge", "m"), ("--judge-url", "http://x")],
)
def test_an_option_that_a_public_set_has_no_use_for_is_refused(
    option: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["run", "missing.json", option, value])
    assert stop.value.code == 2
    assert f"{option} cannot be used with SQuAD data" in capsys.readouterr().err


def test_questions_of_another_file_are_asked_of_squad_shaped_ones_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "corpus.jsonl").touch()
    with pytest.raises(SystemExit):
        main(["run", str(tmp_path), "--questions", "ru.json"])
    assert "--questions cannot be used with BEIR data" in capsys.readouterr().err


def test_a_run_asks_the_file_s_own_questions_when_told_of_no_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["run", str(_write(tmp_path / "few.json", ENGLISH, 2))])
    printed = capsys.readouterr().out
    assert "few" in printed
    assert "passage R@5" in printed


def test_a_calibration_is_fitted_and_written_with_its_provenance(
    tmp_path: Path,
) -> None:
    english, russian = _write(tmp_path / "english.json", ENGLISH), _write(tmp_path / "russian.json", RUSSIAN)
    out = tmp_path / "calibration.json"
    shipped = DATA.read_bytes()
    main(["calibrate", str(english), str(russian), "--cases", "--out", str(out)])
    assert DATA.read_bytes() == shipped
    text = out.read_text(encoding="utf-8")
    entries = {name: Calibration.model_validate(entry) for name, entry in json.loads(text).items()}
    assert entries.keys() == {CALIBRATED, UNCALIBRATED} == json.loads(shipped).keys()
    fitted, lexical = entries[CALIBRATED], entries[UNCALIBRATED]
    assert fitted.provenance["command"] == "python -m eval calibrate english.json russian.json --cases"
    assert fitted.provenance["files"].keys() == {"english.json", "russian.json"}
    assert fitted.refusal.same_language.weights.keys() == SAME_LANGUAGE
    # Both files have the same paragraphs, in English.
    assert fitted.refusal.by_language.keys() == {"en"}
    assert fitted.refusal.other_language is not None
    assert fitted.refusal.other_language.weights.keys() == OTHER_LANGUAGE
    assert fitted.refusal.same_language.weights["cosine"] > 0
    assert fitted.refusal.same_language.weights["coverage"] > 0
    assert fitted.selection.weights["cosine"] > 0
    assert lexical.refusal.same_language.weights.keys() == LEXICAL
    assert lexical.refusal.other_language is None
    assert "cosine" not in lexical.selection.weights
    assert "cosine" not in lexical.selection_other_language.weights
    assert text.endswith("}\n")


def test_a_calibration_on_cases_of_your_own_names_them(tmp_path: Path) -> None:
    english, out = _write(tmp_path / "english.json", ENGLISH), tmp_path / "calibration.json"
    write_corpus(tmp_path / "news")
    own = tmp_path / "own.yaml"
    own.write_text(DEV, encoding="utf-8")
    main(
        ["calibrate", str(english), "--cases", str(own), "--corpus", str(tmp_path / "news"), "--out", str(out)],
    )
    origin = json.loads(out.read_text(encoding="utf-8"))[CALIBRATED]["provenance"]
    assert origin["command"] == "python -m eval calibrate english.json --cases own.yaml --corpus news"
    assert origin["cases"].startswith("1 of the dev split")


def test_a_calibration_is_made_with_the_settings_that_ship(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    english, own = _write(tmp_path / "english.json", ENGLISH, 2), tmp_path / "own.yaml"
    own.write_text(DEV, encoding="utf-8")
    arguments = ["calibrate", str(english), "--cases", str(own), "--corpus", str(write_corpus(tmp_path / "news"))]
    main([*arguments, "--out", str(tmp_path / "plain.json")])
    elsewhere = {
        "ASSISTANT_EMBEDDING": "openai",
        "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
        "ASSISTANT_CHUNK_SIZE": "32",
        "ASSISTANT_LEXICAL_WEIGHT": "2",
    }
    for name, value in elsewhere.items():
        monkeypatch.setenv(name, value)
    main([*arguments, "--out", str(tmp_path / "other.json")])
    assert (tmp_path / "other.json").read_bytes() == (tmp_path / "plain.json").read_bytes()


def test_a_calibration_on_cases_without_a_dev_split_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own, out = tmp_path / "own.yaml", tmp_path / "calibration.json"
    own.write_text(DEV.replace("split: dev", "split: test"), encoding="utf-8")
    with pytest.raises(SystemExit):
        main(["calibrate", str(_write(tmp_path / "en.json", ENGLISH)), "--cases", str(own), "--out", str(out)])
    assert "no case has the split dev" in capsys.readouterr().err
    assert not out.exists()


def test_a_calibration_on_one_language_leaves_others_unmeasured(tmp_path: Path) -> None:
    out = tmp_path / "calibration.json"
    main(["calibrate", str(_write(tmp_path / "english.json", ENGLISH)), "--cases", "--out", str(out)])
    fitted = Calibration.model_validate(json.loads(out.read_text(encoding="utf-8"))[CALIBRATED])
    assert fitted.refusal.by_language.keys() == {"en"}
    assert fitted.refusal.other_language is None
    assert fitted.selection_other_language == fitted.selection


@pytest.mark.parametrize("command", ["run", "calibrate"])
@pytest.mark.parametrize("text", [None, "{}"])
def test_a_file_that_cannot_be_used_is_an_error_in_words(
    tmp_path: Path, command: str, text: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "odd.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit) as stop:
        main([command, str(path)])
    assert stop.value.code == 2
    assert "odd.json" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"), [(["--help"], ("run", "calibrate")), (["run", "--help"], ("--judge", "BEIR"))]
)
def test_the_commands_explain_themselves(
    arguments: list[str], words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 0
    printed = capsys.readouterr().out
    assert all(word in printed for word in words)


@pytest.mark.parametrize("arguments", [[], ["guess"], ["compare"], ["calibrate"]])
def test_a_command_that_is_not_understood_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert "usage: python -m eval" in capsys.readouterr().err
