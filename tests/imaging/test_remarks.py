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
