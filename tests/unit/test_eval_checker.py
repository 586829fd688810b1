import json
import zlib
from pathlib import Path
from random import Random
from typing import Any

import pytest
from llama_index.core.base.embeddings.base import BaseEmbedding

from assistant.checking import Checker
from assistant.records import Source
from assistant.terms import terms
from eval import alterations
from eval.__main__ import main
from eval.calibrate import CALIBRATED
from eval.cases import load_cases
from eval.checker import Checked, Texts, check_all, fit, measure, pairs_of_cases, pairs_of_texts, passages, rows, table
from tests.articles import BRIDGE_COST, write_corpus

PASSAGE = (
    "The bridge at Port Ellery was opened by Ruth Calder on 3 May 1921. The works had cost 4,800 crowns, which was not "
    "expected by the council (it had hoped for 3,000)."
)


class Bag(BaseEmbedding):
    """A bag of words, hashed."""

    def __init__(self) -> None:
        super().__init__(model_name="bag")

    def _get_text_embedding(self, text: str) -> list[float]:
        vector = [0.1] * 32
        for term in terms(text):
            vector[zlib.crc32(term.encode()) % 32] += 1
        return vector

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


def _file(folder: Path, code: str) -> Path:
    places = ["Ellery", "Velm", "Norrick", "Tarn"]
    data: list[Any] = [
        {
            "paragraphs": [
                {
                    "context": f"The bridge at Port {place} was opened by Ruth Calder in 19{i}{j}. It cost {i}{j}7 "
                    f"crowns, as the council of {place} said. Nobody in the town was happy (but for the mayor).",
                    "qas": [{"question": "Where?", "answers": [{"text": place}]}],
                }
                for j in (1, 2)
            ]
        }
        for i, place in enumerate(places, start=1)
    ]
    path = folder / f"{code}.json"
    path.write_text(json.dumps({"data": data}), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> list[Checked]:
    texts = [Texts(_file(tmp_path_factory.mktemp("texts"), "en"), Bag())]
    return check_all(Checker(Bag()), pairs_of_texts(texts))


def _change(change: alterations.Change, sentence: str = PASSAGE) -> str:
    changed = change(sentence, PASSAGE, Random(1))
    assert changed is not None
    return changed


# alterations


def test_a_rewritten_sentence_loses_a_clause_and_changes_its_formats() -> None:
    assert alterations.rewritten("On May 3, 1921 it cost 4,800 crowns (or more).") == (
        "On 3 May 1921 it cost 4\u202f800 crowns."
    )
    assert alterations.rewritten("He said “no”.") == "He said «no»."
    assert alterations.rewritten("Nothing to change.") is None


def test_a_changed_number_does_not_stand_in_the_passage() -> None:
    changed = _change(alterations.other_number("en"))
    assert changed != PASSAGE
    assert alterations.other_number("en")("No number.", PASSAGE, Random(1)) is None


def test_a_changed_number_word_is_one_of_its_language() -> None:
    assert _change(alterations.other_number("ru"), "Было два моста.").startswith("Было ")


def test_a_number_of_others_is_one_of_theirs() -> None:
    assert "77 crowns" in _change(alterations.number_of(["It is 77."], "en"), "It cost 12 crowns.")


def test_a_changed_date_is_another_one() -> None:
    assert _change(alterations.other_date("en"), "It opened on 3 May 1921.") != "It opened on 3 May 1921."
    assert alterations.other_date("en")("It may open.", PASSAGE, Random(1)) is None


def test_a_changed_name_has_as_many_words() -> None:
    sentence = "It was opened by Ruth Calder then."
    assert _change(alterations.name_of(["Ruth Calder"], ["Pavel Doran", "Velm"]), sentence) == (
        "It was opened by Pavel Doran then."
    )
    assert alterations.name_of(["Ruth Calder"], ["Ruth Calder"])(sentence, PASSAGE, Random(1)) is None


def test_a_near_name_differs_by_a_letter_or_two_and_not_by_an_ending() -> None:
    change = alterations.near_name_of(["Iraq", "Johnston"], ["Iran", "Iraqi", "Johnson", "Velm"])
    assert change("Then Iraq fell.", "Iraq", Random(1)) == "Then Iran fell."
    assert change("Then Johnston fell.", "Johnston", Random(1)) == "Then Johnson fell."
    assert change("Then Iraq fell.", "Iraq met Iran.", Random(1)) is None


def test_what_is_derived_from_a_name_is_no_near_one() -> None:
    assert alterations.near_name_of(["French"], ["France"])("The French army.", "French", Random(1)) is None
    normans = alterations.near_name_of(["Normans"], ["Normandy"])
    assert normans("The Normans left.", "The Norman towns of the Normans", Random(1)) is None


def test_a_misspelt_name_differs_in_the_middle() -> None:
    sentence = "Then Calder left."
    changed = _change(alterations.name_misspelt(["Calder"]), sentence)
    assert [at for at, (a, b) in enumerate(zip(sentence, changed, strict=True)) if a != b] == [7]
    assert alterations.name_misspelt(["Velm"])(sentence, "", Random(1)) is None


@pytest.mark.parametrize(
    ("code", "sentence", "changed"),
    [
        ("en", "It is 5 miles long.", "It is 5 meters long."),
        ("en", "It cost $5.", "It cost €5."),
        ("ru", "Это 5 часов.", "Это 5 минут."),
        ("tr", "Bu 5 saat sürdü.", "Bu 5 dakika sürdü."),
    ],
)
def test_a_changed_unit_stands_beside_a_number(code: str, sentence: str, changed: str) -> None:
    assert alterations.other_unit(code)(sentence, sentence, Random(1)) == changed
    assert alterations.other_unit(code)(sentence, f"{sentence} {changed}", Random(1)) is None
    assert alterations.other_unit(code)("Hours and miles.", "", Random(1)) is None


@pytest.mark.parametrize(
    ("sentence", "changed"),
    [("It was 5 °C.", "It was \u22125 °C."), ("It ended at 2 pm.", "It ended at 2 am."), ("It rained.", None)],
)
def test_a_sign_or_a_time_changes(sentence: str, changed: str | None) -> None:
    assert alterations.other_sign_or_time()(sentence, sentence, Random(1)) == changed


@pytest.mark.parametrize(
    ("code", "sentence", "passage", "changed"),
    [
        ("en", "It cost 3.4 million euros.", "3.4 million", "It cost a million euros."),
        ("en", "Five thousand came.", "5,000", "a thousand came."),
        ("ru", "Это 780 миллионов рублей.", "780 миллионов", "Это сто миллионов рублей."),
        ("en", "It cost 3.4 million euros.", "3.4 million, then a million", None),
    ],
)
def test_a_round_number_takes_the_place_of_another(code: str, sentence: str, passage: str, changed: str | None) -> None:
    assert alterations.round_number(code)(sentence, passage, Random(1)) == changed


def test_a_share_becomes_one_that_the_passage_does_not_tell() -> None:
    told = "half, a third, a quarter and two thirds"
    assert alterations.other_share("en")("About two-thirds left.", told, Random(1)) == "About three quarters left."
    assert alterations.other_share("en")("About two-thirds left.", f"{told} or three quarters", Random(1)) is None


def test_a_year_of_the_passage_becomes_a_measure() -> None:
    assert alterations.year_as_measure("en")("It is 5 miles long.", "In 1998.", Random(1)) == "It is 1998 miles long."
    assert alterations.year_as_measure("en")("It is long.", "In 1998.", Random(1)) is None


def test_a_month_is_taken_from_another_word() -> None:
    change = alterations.month_of_a_word()
    assert change("It broke.", "It may break.", Random(1)) == "It broke in May."
    assert change("It broke.", "They marched.", Random(1)) == "It broke in March."
    assert change("It broke.", "It may break in May.", Random(1)) is None


def test_a_changed_time_is_another_one() -> None:
    changed = _change(alterations.other_sign_or_time(), "It ended at 14:30.")
    assert changed.startswith("It ended at 14:")
    assert changed != "It ended at 14:30."


@pytest.mark.parametrize(
    ("code", "sentence", "changed"),
    [("en", "The first one.", {"The third one.", "The first nine."}), ("ru", "Он был первый.", {"Он был третий."})],
)
def test_a_changed_word_for_a_number_is_another_one(code: str, sentence: str, changed: set[str]) -> None:
    assert alterations.other_count(code)(sentence, sentence, Random(1)) in changed


def test_exchanged_names_and_numbers_are_those_of_the_sentence() -> None:
    own = ["Ruth Calder", "Port Ellery"]
    sentence = "Then Ruth Calder left Port Ellery in 1921 with 40 men."
    assert _change(alterations.swapped(own), sentence) == "Then Port Ellery left Ruth Calder in 1921 with 40 men."
    assert _change(alterations.recombined(), sentence) == "Then Ruth Calder left Port Ellery in 40 with 1921 men."
    assert alterations.swapped(own[:1])(sentence, "", Random(1)) is None
    assert alterations.recombined()("It had 40 men, then 40.", "", Random(1)) is None


def test_a_joined_name_has_parts_of_two_of_the_passage() -> None:
    own, passage = ["Ruth Calder", "Pavel Doran"], "There Ruth Calder met Pavel Doran."
    change = alterations.name_joined(own)
    assert change("Then Ruth Calder left.", passage, Random(1)) == "Then Ruth Doran left."
    assert change("Then Ruth Calder left.", "There Ruth Calder spoke.", Random(1)) is None
    assert change("Then Ruth Calder left.", f"{passage} There Ruth Doran spoke.", Random(1)) is None


@pytest.mark.parametrize(
    ("code", "sentence", "opposite"),
    [
        ("en", "Prices rose then.", "Prices fell then."),
        ("ru", "Он принял план.", "Он отверг план."),
        ("tr", "Satışlar arttı.", "Satışlar azaldı."),
    ],
)
def test_an_opposite_does_not_stand_in_the_passage(code: str, sentence: str, opposite: str) -> None:
    assert alterations.opposed(code)(sentence, sentence, Random(1)) == opposite
    assert alterations.opposed(code)(sentence, f"{sentence} {opposite}", Random(1)) is None


@pytest.mark.parametrize(
    ("code", "sentence", "fact"),
    [
        ("en", "It may rain.", "It will rain."),
        ("ru", "Он может прийти.", "Он будет прийти."),
        ("tr", "Belki bazı evler yandı.", "Belki bütün evler yandı."),
    ],
)
def test_a_possibility_becomes_a_fact_and_not_the_other_way(code: str, sentence: str, fact: str) -> None:
    assert alterations.asserted(code)(sentence, "", Random(1)) == fact
    assert alterations.asserted(code)(fact, "", Random(1)) is None


@pytest.mark.parametrize(
    ("code", "sentence", "denied"),
    [
        ("en", "It was open.", "It was not open."),
        ("ru", "Мост упал.", "Мост не упал."),
        ("tr", "Köprü açıktır.", "Köprü açıktır değil."),
    ],
)
def test_a_negation_is_put_in_and_left_out(code: str, sentence: str, denied: str) -> None:
    assert alterations.negated(code)(sentence, "", Random(1)) == denied
    assert alterations.negated(code)(denied, "", Random(1)) is None
    assert alterations.affirmed(code)(denied, "", Random(1)) == sentence
    assert alterations.affirmed(code)(sentence, "", Random(1)) is None


def test_a_fabricated_quotation_has_the_words_of_others() -> None:
    changed = _change(alterations.fabricated(["one two three four five six"]), "It opened.")
    assert changed.startswith("It opened: “")
    assert set(changed.split("“")[1].rstrip("”.").split()) <= {"one", "two", "three", "four", "five", "six"}


def test_a_misquotation_differs_by_a_word() -> None:
    sentence = "The works had cost too much."
    changed = _change(alterations.misquoted(["Quite otherwise"]), sentence)
    assert sum(a != b for a, b in zip(sentence.split(), changed.strip("“”").split(), strict=True)) == 1


# pairs


def test_passages_are_chunks_with_a_vector_for_each_sentence() -> None:
    hits = passages(PASSAGE, Source(id="a", path="a", language="en"), Bag())
    assert [len(hit.chunk.vectors) for hit in hits] == [len(hit.sentence_texts) for hit in hits] == [2]
    assert hits[0].chunk.text == PASSAGE


def test_pairs_are_the_same_in_every_run(tmp_path: Path) -> None:
    texts = [Texts(_file(tmp_path, "en"), Bag())]
    first, again = ([(p.kind, p.sentence) for p in pairs_of_texts(texts)] for _ in range(2))
    assert first == again


def test_reference_answers_cite_the_articles_whatever_the_settings_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_EMBEDDING", "openai")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    corpus = write_corpus(tmp_path / "news")
    (corpus / "empty.txt").touch()
    dev = BRIDGE_COST.replace("type: number", "type: number\n  split: dev")
    (tmp_path / "cases.yaml").write_text(dev, encoding="utf-8")
    (pair,) = pairs_of_cases(load_cases([tmp_path / "cases.yaml"]), corpus, Bag())
    assert (pair.kind, pair.half, pair.is_true) == ("reference answer", "fit", True)
    assert [hit.chunk.source.id for hit in pair.cited] == ["2021/harbour.txt"]
    assert "48 million crowns" in pair.cited[0].chunk.text


def test_no_thresholds_are_fitted_with_another_embedding_than_they_are_named_for(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"written for {CALIBRATED}"):
        measure([_file(tmp_path, "en")], (), tmp_path, Bag(), tmp_path / "checking.json")
    assert not (tmp_path / "checking.json").exists()


def test_every_kind_is_made_and_articles_are_split(checked: list[Checked]) -> None:
    assert {one.pair.kind for one in checked if one.pair.is_true} == {"verbatim", "rewritten"}
    assert {
        "number",
        "date",
        "name",
        "names exchanged",
        "citation of another article",
        "citation of the same article",
    } <= {one.pair.kind for one in checked if not one.pair.is_true}
    assert {one.pair.half for one in checked} == {"fit", "measure"}


def test_the_report_counts_the_measuring_half(checked: list[Checked]) -> None:
    found = rows(checked)
    verbatim = next(row for row in found if row.kind == "verbatim")
    measured = [one for one in checked if one.pair.half == "measure" and one.pair.kind == "verbatim"]
    assert verbatim.unsupported.n == len(measured)
    assert verbatim.unsupported.mean == 0
    assert found[0].is_true
    assert not found[-1].is_true
    assert table(found).row_count == len(found)


def test_fitted_thresholds_keep_the_true_sentences_they_are_fitted_on(checked: list[Checked]) -> None:
    fitted = fit(checked, {})[CALIBRATED]
    true = [one.pair for one in checked if one.pair.half == "fit" and one.pair.kind == "rewritten"]
    verdicts = check_all(Checker(Bag(), fitted), true)
    assert true
    assert "unsupported" not in {one.verdict.support for one in verdicts}
    assert fitted.other_language is None


def test_the_command_needs_parallel_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["checker", str(tmp_path / "en.json")])
    assert "en.json" in capsys.readouterr().err
