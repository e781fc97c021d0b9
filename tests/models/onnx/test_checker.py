"""A model of inference in the ONNX format: its numbers become judgements by the labels that its folder tells."""

from pathlib import Path

import pytest
from support import tiny_onnx

from assistant.domain.errors import MissingModelError, ModelError, UsageError
from assistant.models.onnx.local import folder_checker

THREE = {"0": "CONTRADICTION", "1": "Entailment", "2": "neutral"}
WORDS = {"faster": [0.0, 9.0, 0.0], "never": [9.0, 0.0, 0.0], "moon": [0.0, 0.0, 9.0]}
PAIRS = [("grows", "faster"), ("grows never", "once"), ("the moon", "rises"), ("never never", "faster")]


def test_the_largest_number_decides_by_the_folders_own_labels(tmp_path: Path) -> None:
    folder = tiny_onnx.write(tmp_path / "nli", WORDS, THREE)
    checker = folder_checker(str(folder), {"ASSISTANT_CACHE": str(tmp_path)})
    assert checker.name == "nli"
    assert checker.check(PAIRS) == ("yes", "contradicts", "no", "contradicts")
    assert checker.check([]) == ()


def test_a_model_of_two_labels_never_says_that_the_reverse_is_so(tmp_path: Path) -> None:
    words = {"faster": [9.0, 0.0], "never": [0.0, 9.0]}
    folder = tiny_onnx.write(tmp_path / "nli", words, {"0": "entailment", "1": "not_entailment"})
    checker = folder_checker(str(folder), {"ASSISTANT_CACHE": str(tmp_path)})
    assert checker.check(PAIRS[:2]) == ("yes", "no")


@pytest.mark.parametrize(
    "labels",
    [
        {"0": "LABEL_0", "1": "LABEL_1"},
        {"0": "entailment", "1": "entailed", "2": "neutral"},
        {"0": "neutral", "1": "contradiction"},
        {"0": "entailment"},
        {},
    ],
)
def test_labels_that_do_not_tell_what_is_entailed_are_refused(tmp_path: Path, labels: dict[str, str]) -> None:
    folder = tiny_onnx.write(tmp_path / "nli", WORDS, labels)
    with pytest.raises(UsageError, match="does not tell what the model's numbers mean"):
        folder_checker(str(folder), {"ASSISTANT_CACHE": str(tmp_path)})


def test_another_count_of_numbers_than_of_labels_is_a_failure(tmp_path: Path) -> None:
    folder = tiny_onnx.write(tmp_path / "nli", WORDS, {"0": "entailment", "1": "not_entailment"})
    checker = folder_checker(str(folder), {"ASSISTANT_CACHE": str(tmp_path)})
    with pytest.raises(ModelError, match="3 numbers for a pair, and 2 labels"):
        checker.check(PAIRS)


def test_a_name_of_nothing_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(MissingModelError, match="run `hf download org/nli`"):
        folder_checker("org/nli", {"HF_HUB_CACHE": str(tmp_path)})
