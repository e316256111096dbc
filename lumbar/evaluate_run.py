"""The work of `lumbar evaluate`: every grader's predictions, held against labels, and what is written of them."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from lexicons.vocabulary import View
from lumbar.console import progress
from lumbar.phantom_ceiling import to_phantom_note
from reportparse.label_table import read_label_table
from training.config import Config
from training.config_file import read_config
from training.evaluation import (
    describe_scored,
    EvaluationError,
    Judged,
    main_models,
    score,
    to_certain_predictions,
    to_figures,
    to_paper_tables,
    to_text,
)
from training.patients import read_patients
from training.predictions import check_predictions, PROBABILITIES
from training.preparation import patients_of
from training.run_record import CONFIG, METRICS, RecordError


class Asked(NamedTuple):
    """What is asked of `lumbar evaluate`."""

    graders: tuple[Path, ...]
    labels: Path | None
    store: Path | None
    patients: Path | None
    part: str
    out: Path | None
    device: str
    draws: int
    seed: int


def evaluate_all(asked: Asked) -> str:
    """The whole text of an evaluation; written with all else where there is a folder to write to."""
    configs = {path: _read_run(path) for path in asked.graders if path.is_dir()}
    judged = [
        _judge_run(path, configs[path], asked) if path in configs else _judge_table(path, asked)
        for path in asked.graders
    ]
    with progress(len(judged), "graders scored") as bar:
        figures = []
        for each in judged:
            figures.append(to_figures(each, asked.seed, asked.draws))
            bar.advance()
    tables, text = to_paper_tables(judged), to_text(figures)
    tables += to_phantom_note(configs, asked.part, asked.labels)
    counts = "\n".join(map(describe_scored, judged))
    if asked.out is not None:
        asked.out.mkdir(parents=True, exist_ok=True)
        _write(asked.out, f"{counts}\n\n{tables}\n{text}", figures)
        names = _draw(asked.out, judged, list(configs))
        if configs:
            _write_card(asked, configs, judged, tables, text, names)
    return f"{counts}\n\n{tables}\n{text}"


def _read_run(folder: Path) -> Config:
    """A run's config; RecordError where the folder is no run, or has no weights yet."""
    from training.run_predictions import check_trained

    if not (folder / CONFIG).exists():
        raise RecordError(f"{folder.name} has no {CONFIG}: it is no run folder; `lumbar train` makes one")
    check_trained(folder)
    return read_config(folder / CONFIG)


def _judge_run(folder: Path, config: Config, asked: Asked) -> Judged:
    labels = read_label_table(_place(asked.labels, config.data.labels, "--labels"))
    patients = read_patients(asked.patients) if asked.patients else patients_of(config.data)
    predictions = _predict(folder, config, asked)
    views = tuple(View(name) for name in config.model.views)
    return Judged(folder.name, score(predictions, labels, patients), views, predicted=len(predictions))


def _place(given: Path | None, of_run: str, option: str) -> Path:
    """A path that was given, or the run's own; EvaluationError where that is no longer there."""
    place = given or Path(of_run)
    if not place.exists():
        raise EvaluationError(f"{place.name}, which the run was made from, is not there: give {option}")
    return place


def _predict(folder: Path, config: Config, asked: Asked) -> pd.DataFrame:
    from training.environment import choose_device
    from training.run_predictions import discs_of, predict_run, read_run_predictions
    from training.split import Part

    part = Part(asked.part)
    kept = read_run_predictions(folder, part)
    if kept is not None:
        return kept
    volumes = _place(asked.store, config.data.volumes, "--store")
    with progress(len(discs_of(folder, part)), f"discs of {folder.name}") as bar:
        return predict_run(folder, config, volumes, part, choose_device(asked.device), bar.advance)


def _judge_table(path: Path, asked: Asked) -> Judged:
    """A table of predictions, or a label table."""
    assert asked.labels is not None  # the command has asked for it
    table = read_label_table(path)
    certain = not any(name in table.columns for name in PROBABILITIES)
    predictions = to_certain_predictions(table) if certain else check_predictions(table)
    patients = read_patients(asked.patients) if asked.patients else {}
    scored = score(predictions, read_label_table(asked.labels), patients)
    return Judged(path.name, scored, predicted=len(predictions), certain=certain)


def _write(out: Path, text: str, figures: list[dict[str, Any]]) -> None:
    (out / "evaluation.txt").write_text(text, encoding="utf-8")
    (out / "evaluation.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _draw(out: Path, judged: list[Judged], runs: list[Path]) -> list[str]:
    """Draw the figures; the names of the files."""
    from training.figures import draw_confusion, draw_reliability, draw_roc, draw_training_curves, write_figure

    main = main_models(judged)
    figures = {"confusion.png": draw_confusion([each.scored for each in main])}
    with_probabilities = [each.scored for each in main if not each.certain]
    if with_probabilities:
        figures["roc.png"] = draw_roc(with_probabilities)
        figures["reliability.png"] = draw_reliability(with_probabilities)
    if runs:
        figures["training_curves.png"] = draw_training_curves({run.name: pd.read_csv(run / METRICS) for run in runs})
    for name, figure in figures.items():
        write_figure(figure, out / name)
    return list(figures)


def _write_card(
    asked: Asked, configs: dict[Path, Config], judged: list[Judged], tables: str, text: str, figures: list[str]
) -> None:
    from training.model_card import read_card_facts, to_model_card

    assert asked.out is not None
    labels = asked.labels or Path(next(iter(configs.values())).data.labels)
    counts = "\n".join(map(describe_scored, judged))
    facts = read_card_facts(configs, asked.part, labels.name, asked.draws)
    (asked.out / "MODEL_CARD.md").write_text(
        to_model_card(facts, f"{counts}\n\n{tables}", text, figures), encoding="utf-8"
    )
