"""What is odd, in words."""

import ast
from pathlib import Path

import pytest

from imaging.landmark_table import REMARKS as LANDMARK_REMARKS
from imaging.remarks import REMARKS, to_sentence

PACKAGE = Path(__file__).parents[2] / "imaging"


@pytest.mark.parametrize(
    ("remark", "start"),
    [
        ("uneven-curve", "a centroid lies far off"),
        ("geometry: frame-of-reference-differs", "FrameOfReferenceUID differs"),
        ("steep-disc L4-L5", "L4-L5: the disc's plane is steeper"),
        ("sharp-bend L3-L4 L4-L5", "L3-L4 L4-L5: neighbouring discs"),
        ("axial: missing", "no axial image"),
        ("sagittal: noise-slice", "sagittal: a slice holds noise"),
        ("never-heard-of", "never heard of"),
    ],
)
def test_a_remark_has_words(remark: str, start: str) -> None:
    assert to_sentence(remark).startswith(start)


def test_every_remark_of_the_landmarks_table_has_words() -> None:
    assert set(LANDMARK_REMARKS) <= set(REMARKS)


def test_every_code_with_words_is_used() -> None:
    used = set()
    for path in PACKAGE.rglob("*.py"):
        if path.name != "remarks.py":
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    used.add(node.value.strip())
    assert {code for code in REMARKS if code not in used} == set()


@pytest.mark.parametrize(
    ("file", "function"),
    [
        ("selection.py", "_find_remarks"), ("dicom/stacks.py", "_find_remarks"), ("dicom/series.py", "_make"),
        ("dicom/series.py", "_draft"), ("dicom/series.py", "_draft_group"), ("dicom/weighting.py", "_combine"),
        ("dicom/weighting.py", "_find_agent"), ("dicom/duplicates.py", "drop_same_instances"),
        ("pixel_remarks.py", "to_pixel_remarks"), ("disc_frames.py", "to_remarks"), ("foreign_files.py", "_compare"),
    ],
)  # fmt: skip
def test_every_code_that_is_given_has_words(file: str, function: str) -> None:
    tree = ast.parse((PACKAGE / file).read_text(encoding="utf-8"))
    (found,) = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == function)
    texts = [
        node.value.strip() for node in ast.walk(found) if isinstance(node, ast.Constant) and type(node.value) is str
    ]
    codes = {text for text in texts if "-" in text and " " not in text} - {"affines-disagree"}
    assert codes
    assert codes <= REMARKS.keys()
