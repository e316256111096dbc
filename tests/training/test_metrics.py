"""The figures against small cases worked out by hand, and against scikit-learn where it has them."""

import math

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import balanced_accuracy_score, log_loss

from lexicons.vocabulary import LEVELS, Task
from reportparse.label_table import check_label_table
from training.bootstrap import bootstrap
from training.calibration import calibration_error, confidence_reliability, reliability
from training.metrics import (
    accuracy,
    class_accuracies,
    class_average,
    confusion,
    macro_f1,
    merged_accuracies,
    predict,
    quadratic_kappa,
    severe_accuracy,
    severe_auc,
)  # fmt: skip
from training.predictions import (
    check_predictions,
    PredictionsError,
    read_predictions,
    to_predictions,
    write_predictions,
)
from training.rsna import rsna_losses, rsna_score
from training.scored import CANAL, FORAMINA, score_against, Scored, take_common, take_tasks

NONE = np.zeros((0, 4))


def make_scored(probabilities: object, grade: list[int], **columns: list[str]) -> Scored:
    rows = len(grade)
    text = {
        "study": [f"s{n}" for n in range(rows)],
        "patient": [f"s{n}" for n in range(rows)],
        "level": ["L4-L5"] * rows,
        "task": ["SCS"] * rows,
    } | columns
    return Scored(
        np.array(probabilities, np.float64).reshape(-1, 4),
        np.array(grade, np.int64),
        *(np.array(text[name], dtype=str) for name in ("study", "patient", "level", "task")),
    )


def random_scored(rows: int, seed: int = 0) -> Scored:
    rng = np.random.default_rng(seed)
    return make_scored(
        rng.dirichlet([1, 1, 1, 1], rows),
        rng.integers(4, size=rows).tolist(),
        study=[f"s{n // 10}" for n in range(rows)],
        patient=[f"p{n // 20}" for n in range(rows)],
        level=rng.choice([level.value for level in LEVELS], rows).tolist(),
        task=rng.choice([task.value for task in Task], rows).tolist(),
    )


FIVE = make_scored(
    [[0.7, 0.1, 0.1, 0.1], [0.4, 0.3, 0.3, 0.0], [0.1, 0.6, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4], [0.0, 0.0, 0.45, 0.55]],
    [0, 1, 1, 2, 3],
)


def test_class_accuracies_by_hand() -> None:
    assert predict(FIVE).tolist() == [0, 0, 1, 3, 3]
    np.testing.assert_allclose(class_accuracies(FIVE), [1, 0.5, 0, 1])
    assert class_average(class_accuracies(FIVE)) == pytest.approx(0.625)
    assert accuracy(FIVE) == pytest.approx(0.6)
    assert confusion(FIVE).tolist() == [[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 0, 1], [0, 0, 0, 1]]


def test_mild_and_moderate_are_summed_before_the_highest_is_taken() -> None:
    """The second disc is normal by its highest grade, and mild or moderate (0.6) when they are summed."""
    np.testing.assert_allclose(merged_accuracies(FIVE), [1, 1, 1])


def test_a_grade_that_does_not_occur_is_left_out_of_the_average() -> None:
    some = make_scored([[1, 0, 0, 0], [1, 0, 0, 0]], [0, 1])
    np.testing.assert_allclose(class_accuracies(some), [1, 0, np.nan, np.nan])
    assert class_average(class_accuracies(some)) == 0.5


def test_class_average_is_balanced_accuracy() -> None:
    scored = random_scored(300)
    expected = balanced_accuracy_score(scored.grade, predict(scored))
    assert class_average(class_accuracies(scored)) == pytest.approx(expected)


def test_severe_is_called_where_it_outweighs_the_rest_together() -> None:
    """The fourth disc's highest grade is severe with 0.4, but the rest have 0.6."""
    assert severe_accuracy(FIVE) == 1.0


def test_severe_auc_counts_pairs() -> None:
    scored = make_scored([[0.9, 0, 0, 0.1], [0.6, 0, 0, 0.4], [0.65, 0, 0, 0.35], [0.2, 0, 0, 0.8]], [0, 2, 3, 3])
    assert severe_auc(scored) == pytest.approx(3 / 4)
    assert math.isnan(severe_auc(make_scored([[1, 0, 0, 0]], [0])))


def test_quadratic_kappa_by_hand() -> None:
    """Observed squares 1 + 4; expected from the margins (0, 0, 1, 3) and (0, 1, 1, 1)."""
    scored = make_scored(np.eye(4)[[0, 1, 1, 1]], [0, 0, 1, 3])
    expected = sum((t - p) ** 2 for t in (0, 0, 1, 3) for p in (0, 1, 1, 1)) / 4
    assert quadratic_kappa(scored) == pytest.approx(1 - (1 + 4) / expected)
    assert quadratic_kappa(make_scored(np.eye(4), [0, 1, 2, 3])) == 1.0


def test_no_slots_have_no_figure() -> None:
    empty = make_scored(NONE, [])
    figures = [accuracy, severe_accuracy, severe_auc, quadratic_kappa, macro_f1, rsna_score]
    assert all(math.isnan(figure(empty)) for figure in figures)
    assert math.isnan(class_average(class_accuracies(empty)))
    assert math.isnan(calibration_error(confidence_reliability(empty)))


def test_macro_f1_is_over_the_grades_that_occur() -> None:
    scored = make_scored(np.eye(4)[[0, 0, 1]], [0, 1, 1])
    assert macro_f1(scored) == pytest.approx((2 / 3 + 2 / 3) / 2)


def test_columns_of_table_2_are_of_the_same_discs() -> None:
    def make(*studies: str) -> Scored:
        count = len(studies)
        return make_scored(np.tile([0.7, 0.1, 0.1, 0.1], (count, 1)), [0] * count, study=list(studies))

    axial, both = [make("a", "c")], [make("a", "b"), make("c", "d")]
    common = take_common([axial, [], both])
    assert [[model.study.tolist() for model in models] for models in common] == [[["a", "c"]], [], [["a"], ["c"]]]
    assert take_common([[], [], []]) == [[], [], []]


def test_foramina_are_both_sides() -> None:
    scored = random_scored(200)
    assert set(take_tasks(scored, FORAMINA).task) == {"LFS", "RFS"}
    assert set(take_tasks(scored, CANAL).task) == {"SCS"}


def test_reliability_by_hand() -> None:
    table = reliability(np.array([0.05, 0.15, 0.18, 1.0]), np.array([False, False, True, True]))
    assert table["count"].tolist() == [1, 2, 0, 0, 0, 0, 0, 0, 0, 1]
    assert table["stated"][1] == pytest.approx(0.165)
    assert table["observed"][1] == 0.5
    assert calibration_error(table) == pytest.approx((0.05 + 2 * 0.335 + 0) / 4)


def test_a_calibrated_grader_has_no_error() -> None:
    rng = np.random.default_rng(0)
    p = rng.dirichlet([1, 1, 1, 1], 20_000)
    grade = (rng.random(20_000)[:, None] > p.cumsum(axis=1)).sum(axis=1)
    scored = make_scored(p, grade.tolist())
    assert calibration_error(confidence_reliability(scored)) < 0.02
    sharp = p**3 / (p**3).sum(axis=1, keepdims=True)
    assert calibration_error(confidence_reliability(make_scored(sharp, grade.tolist()))) > 0.1


def test_bootstrap_draws_patients_not_slots() -> None:
    """Ten slots a patient that are all right or all wrong: the interval is that of 40 patients, not of 400 slots."""
    right = np.repeat(np.arange(40) % 2 == 0, 10)
    p = np.where(right[:, None], np.eye(4)[0], np.eye(4)[1])
    clustered = make_scored(p, [0] * 400, patient=[f"p{n // 10}" for n in range(400)])
    alone = make_scored(p, [0] * 400)
    wide, narrow = (bootstrap(accuracy, scored, np.random.default_rng(0)) for scored in (clustered, alone))
    assert wide.value == narrow.value == 0.5
    assert wide.high - wide.low == pytest.approx(2 * 1.96 * 0.5 / math.sqrt(40), rel=0.15)
    assert narrow.high - narrow.low == pytest.approx(2 * 1.96 * 0.5 / math.sqrt(400), rel=0.15)


def test_bootstrap_leaves_out_draws_without_a_figure_and_says_how_many() -> None:
    scored = make_scored([[0.1, 0, 0, 0.9], [0.9, 0, 0, 0.1]], [3, 0])
    interval = bootstrap(severe_auc, scored, np.random.default_rng(0), draws=200)
    assert interval[:3] == (1.0, 1.0, 1.0)
    assert 60 < interval.draws < 140


def test_bootstrap_of_a_class_average_is_over_the_classes_of_the_whole() -> None:
    """Nine normal slots right and one severe wrong: a draw without the severe one is no average of both, not 1."""
    scored = make_scored(np.eye(4)[[0] * 10], [0] * 9 + [3])
    interval = bootstrap(class_accuracies, scored, np.random.default_rng(0), draws=300)
    assert interval[:3] == (0.5, 0.5, 0.5)
    assert 160 < interval.draws < 220, "1 - 0.9 ** 10 of them"


def rsna_by_sklearn(scored: Scored) -> float:
    """The challenge's pseudocode over a table, with scikit-learn's log loss."""
    p = scored.probabilities
    table = pd.DataFrame({"study": scored.study, "level": scored.level, "task": scored.task})
    table[["nm", "mod", "sev"]] = np.column_stack([p[:, 0] + p[:, 1], p[:, 2], p[:, 3]])
    table["true"] = np.array([0, 0, 1, 2])[scored.grade]
    table["weight"] = 2.0 ** table["true"]
    table = table[table["level"] != "T12-L1"]
    losses = []
    for tasks in (["SCS"], ["LFS", "RFS"], ["LSS", "RSS"]):
        rows = table[table["task"].isin(tasks)]
        losses.append(
            log_loss(rows["true"], rows[["nm", "mod", "sev"]], sample_weight=rows["weight"], labels=[0, 1, 2])
        )
    study = table[table["task"] == "SCS"].groupby("study").agg({"true": "max", "weight": "max", "sev": "max"})
    losses.append(log_loss(study["true"] == 2, study["sev"], sample_weight=study["weight"], labels=[False, True]))
    return float(np.mean(losses))


def test_rsna_is_the_challenges() -> None:
    scored = random_scored(500)
    assert set(rsna_losses(scored)) == {"spinal", "foraminal", "subarticular", "any_severe_spinal"}
    assert rsna_score(scored) == pytest.approx(rsna_by_sklearn(scored), rel=1e-9)


def test_rsna_by_hand() -> None:
    """A moderate canal at 1/2 and a severe one at 1/4: (2 ln 2 + 4 ln 4) / 6, and 4 ln 4 / 4 for the study."""
    scored = make_scored(
        [[0.25, 0.125, 0.5, 0.125], [0.5, 0.125, 0.125, 0.25]], [2, 3], study=["a", "a"], level=["L3-L4", "L4-L5"]
    )
    losses = rsna_losses(scored)
    assert losses == pytest.approx({"spinal": 10 * math.log(2) / 6, "any_severe_spinal": 2 * math.log(2)})


DISCS = pd.DataFrame({"study_id": ["a", "b"], "level": ["L4-L5", "L5-S1"]})
P = np.array([[[0.7, 0.1, 0.1, 0.1], [0.1, 0.2, 0.3, 0.4]], [[0.25, 0.25, 0.25, 0.25], [0, 0, 0, 1]]])


def test_predictions_are_a_label_table_with_probabilities() -> None:
    table = to_predictions(DISCS, (Task.SCS, Task.LFS), P)
    check_label_table(table)
    assert table["task"].tolist() == ["SCS", "LFS", "SCS", "LFS"]
    assert table["study_id"].tolist() == ["a", "a", "b", "b"]
    assert table["grade"].tolist() == table["low"].tolist() == [0, 3, 0, 3]
    np.testing.assert_array_equal(table[["p0", "p1", "p2", "p3"]].to_numpy().reshape(2, 2, 4), P)


@pytest.mark.parametrize("ending", ["parquet", "csv", "tsv"])
def test_predictions_survive_their_file(ending: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("p") / f"predictions.{ending}"
    table = to_predictions(DISCS, (Task.SCS, Task.LFS), P)
    write_predictions(table, path)
    pd.testing.assert_frame_equal(read_predictions(path), table)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"p0": 0.5}, "row 0: the probabilities add up to"),
        ({"p1": -0.1}, "row 0"),
        ({"task": "XXX"}, "XXX"),
        ({"p3": math.nan}, "row 0"),
    ],
)
def test_what_are_no_predictions_is_said(change: dict[str, object], words: str) -> None:
    table = to_predictions(DISCS, (Task.SCS,), P[:, :1])
    with pytest.raises(PredictionsError, match=words):
        check_predictions(table.assign(**change))
    with pytest.raises(PredictionsError, match="no column 'p2'"):
        check_predictions(table.drop(columns="p2"))


def test_slots_are_scored_where_both_tables_have_them_and_a_grade() -> None:
    labels = check_label_table(
        pd.DataFrame(
            [
                ("b", "L5-S1", "LFS", 3, 2, 3, "graded"),
                ("a", "L4-L5", "SCS", 1, 1, 1, "graded"),
                ("a", "L4-L5", "LFS", None, 1, 3, "ungraded"),
                ("b", "L5-S1", "SCS", 1, 0, 1, "uncertain"),
                ("c", "L4-L5", "SCS", 1, 1, 1, "graded"),
            ],
            columns=["study_id", "level", "task", "grade", "low", "high", "status"],
        )
    )
    predictions = to_predictions(DISCS, (Task.SCS, Task.LFS), P)
    scored = score_against(predictions, labels, {"b": "patient-b"})
    assert scored.study.tolist() == ["a", "b"]
    assert scored.patient.tolist() == ["a", "patient-b"]
    assert scored.grade.tolist() == [1, 3]
    np.testing.assert_array_equal(scored.probabilities, P[[0, 1], [0, 1]])
