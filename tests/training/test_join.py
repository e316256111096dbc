"""Every disc is used or dropped with a reason, and the paper's filters are its own."""

import pandas as pd
import pytest

from lexicons.vocabulary import Level, LEVELS
from reportparse.label_table import check_label_table
from training.config import TargetConfig
from training.join import (
    drop_unseen,
    join_discs,
    JoinError,
    NO_LABEL,
    NO_VIEW,
    NO_VOLUME,
    NOT_ALL_DISCS,
    NOT_ALL_LEVELS,
    NOTHING_LEARNT,
)

PAPER = TargetConfig(deepspine_filters=True)


def label_rows(
    study_id: str, levels: tuple[Level, ...] = LEVELS, low: int | None = 0, scope: str = "stated"
) -> list[tuple[object, ...]]:
    return [(study_id, level, "SCS", low, low, low, "open" if low is None else "graded", scope) for level in levels]


def make_labels(*rows: list[tuple[object, ...]]) -> pd.DataFrame:
    columns = ["study_id", "level", "task", "grade", "low", "high", "status", "scope"]
    return check_label_table(pd.DataFrame([row for some in rows for row in some], columns=columns))


def volumes_of(study_id: str, levels: tuple[Level, ...] = LEVELS) -> list[tuple[str, Level]]:
    return [(study_id, level) for level in levels]


def reasons_of(dropped: pd.DataFrame) -> set[tuple[str, ...]]:
    return {tuple(row) for row in dropped.to_numpy()}


def test_discs_with_both_are_used_and_the_rest_have_a_reason() -> None:
    labels = make_labels(label_rows("a", LEVELS[4:]), label_rows("b", LEVELS[5:]), label_rows("d", LEVELS[5:], None))
    volumes = volumes_of("a", LEVELS[5:]) + volumes_of("c", LEVELS[3:4]) + volumes_of("d", LEVELS[5:])
    joined = join_discs(labels, volumes, TargetConfig())
    assert joined.targets.discs.to_numpy().tolist() == [["a", "L5-S1"]]
    assert joined.targets.low.tolist() == [[0, -1, -1]]
    assert reasons_of(joined.dropped) == {
        ("a", "L4-L5", NO_VOLUME), ("b", "L5-S1", NO_VOLUME), ("c", "L3-L4", NO_LABEL), ("d", "L5-S1", NOTHING_LEARNT),
    }  # fmt: skip


def test_discs_that_a_model_cannot_see_are_dropped() -> None:
    joined = join_discs(make_labels(label_rows("a")), volumes_of("a", LEVELS[3:]), TargetConfig())
    seen = drop_unseen(joined, {("a", LEVELS[4])})
    assert seen.targets.discs.to_numpy().tolist() == [["a", LEVELS[4].value]]
    assert len(seen.targets.low) == 1
    dropped = reasons_of(seen.dropped)
    assert dropped - reasons_of(joined.dropped) == {("a", level.value, NO_VIEW) for level in (LEVELS[3], LEVELS[5])}
    assert drop_unseen(joined, set(volumes_of("a"))) is joined


def test_the_papers_filters() -> None:
    """Six levels told, of which the study as a whole does not count; the lower five discs, of which T12-L1 is none."""
    labels = make_labels(
        label_rows("whole"), label_rows("five", LEVELS[1:]), label_rows("gap"),
        label_rows("vague", LEVELS[:1], scope="study") + label_rows("vague", LEVELS[1:]),
    )  # fmt: skip
    volumes = volumes_of("whole", LEVELS[1:]) + volumes_of("five") + volumes_of("vague") + volumes_of("gap", LEVELS[:5])
    joined = join_discs(labels, volumes, PAPER)
    assert set(joined.targets.discs["study_id"]) == {"whole"}
    assert len(joined.targets.discs) == 5
    reasons = joined.dropped.groupby("study_id")["reason"].agg(lambda r: sorted(set(r))).to_dict()
    assert reasons == {
        "five": sorted({NOT_ALL_LEVELS, NO_LABEL}), "gap": sorted({NOT_ALL_DISCS, NO_VOLUME}),
        "vague": [NOT_ALL_LEVELS], "whole": [NO_VOLUME],
    }  # fmt: skip
    assert len(join_discs(labels, volumes, TargetConfig()).targets.discs) == 5 + 5 + 6 + 5


def test_used_and_dropped_are_every_disc_once() -> None:
    labels = make_labels(label_rows("a"), label_rows("b", LEVELS[:2]), label_rows("c", LEVELS[:1], None))
    volumes = volumes_of("a", LEVELS[2:]) + volumes_of("b") + volumes_of("c") + volumes_of("e")
    joined = join_discs(labels, volumes, TargetConfig())
    used = [tuple(disc) for disc in joined.targets.discs.to_numpy()]
    dropped = [tuple(disc) for disc in joined.dropped[["study_id", "level"]].to_numpy()]
    spoken_of = set(zip(labels["study_id"], labels["level"], strict=True))
    assert sorted(used + dropped) == sorted(spoken_of | {(s, level.value) for s, level in volumes})


@pytest.mark.parametrize(
    ("volumes", "words"),
    [
        (volumes_of("b"), "no study in common; the first study_id of the labels is a, of the volumes b"),
        (volumes_of("a", LEVELS[5:]), "1 studies in common; most often: no volume"),
        ([], "labels of 1 studies and volumes of 0 leave no disc to learn from"),
    ],
)
def test_nothing_in_common_is_said(volumes: list[tuple[str, Level]], words: str) -> None:
    with pytest.raises(JoinError, match=words):
        join_discs(make_labels(label_rows("a", LEVELS[:3])), volumes, TargetConfig())
