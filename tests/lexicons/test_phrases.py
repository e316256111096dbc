"""A cell of a phrase table stands for the phrases its syntax says."""

import pytest

from lexicons.phrases import expand_phrases


@pytest.mark.parametrize(
    ("cell", "phrases"),
    [
        ("mild", ["mild"]),
        ("mild | very mild", ["mild", "very mild"]),
        ("(l|lumbar) spine", ["l spine", "lumbar spine"]),
        ("disc? bulge", ["disc bulge", "bulge"]),
        ("no (sign|evidence of (any)?)? stenosis",
         ["no sign stenosis", "no evidence of any stenosis", "no evidence of stenosis", "no stenosis"]),
        ("schmorl's node | w/o", ["schmorl node", "w/o"]),
        ("a | a", ["a"]),
    ],
)  # fmt: skip
def test_a_cell_stands_for_its_phrases_in_order(cell: str, phrases: list[str]) -> None:
    assert expand_phrases(cell) == [tuple(phrase.split()) for phrase in phrases]
