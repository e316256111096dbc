"""The model card of a run: what it learnt from, how well it does where it was tested, and what it is not."""

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from training.cautions import NOT_A_DEVICE, TRAINED_ON
from training.config import Config, SplitConfig
from training.describe_models import describe_model
from training.models import find_model
from training.phantoms import ALL, NONE, SOME, to_word
from training.preparation import count_dropped, count_parts, patients_of
from training.run_record import DROPPED, ENVIRONMENT, read_phantoms, SPLIT, SUMMARY
from training.split import count_shared, read_split


class CardFacts(NamedTuple):
    """What a card says of runs.

    ``configs``: of every run evaluated, by name; the first describes them. ``parts``: discs, studies and patients by
    part. ``shared``: patients with discs in several parts, of the run that has the most. ``dropped``: discs by reason.
    ``environment`` and ``summary``: of the first run's record; a run that is not complete has no summary.
    """

    configs: Mapping[str, Config]
    parts: pd.DataFrame
    shared: int
    dropped: Mapping[str, int]
    environment: Mapping[str, Any]
    summary: Mapping[str, Any] | None
    part: str
    labels: str
    draws: int
    phantom: str


def read_card_facts(configs: Mapping[Path, Config], part: str, labels: str, draws: int) -> CardFacts:
    """The facts of runs from their folders, as their config and record tell them."""
    folder, config = next(iter(configs.items()))
    patients = patients_of(config.data) if Path(config.data.patients).exists() else {}
    summary = folder / SUMMARY
    return CardFacts(
        {path.name: each for path, each in configs.items()},
        count_parts(read_split(folder / SPLIT), patients),
        max(count_shared(read_split(run / SPLIT), patients) for run in configs),
        count_dropped(pd.read_csv(folder / DROPPED)),
        json.loads((folder / ENVIRONMENT).read_text(encoding="utf-8")),
        json.loads(summary.read_text(encoding="utf-8")) if summary.exists() else None,
        part,
        labels,
        draws,
        to_word(flag for run in configs for flag in read_phantoms(run)["phantom"]),
    )


def to_model_card(facts: CardFacts, tables: str, text: str, figures: Sequence[str]) -> str:
    """The card as Markdown; ``figures`` are names of files beside it."""
    names = list(facts.configs)
    config = facts.configs[names[0]]
    sections = [
        f"# Model card: {', '.join(names)}",
        NOT_A_DEVICE,
        _model(config),
        _data(config, facts),
        _training(config, facts),
        _results(facts, tables, text),
        "\n".join(["## Figures", "", *(f"![{Path(name).stem.replace('_', ' ')}]({name})" for name in figures)]),
        _limits(config, facts),
        _commands(config, facts),
    ]
    return "\n\n".join(sections) + "\n"


def _model(config: Config) -> str:
    description = describe_model(find_model(config.model.name))
    inputs = dict(description.inputs)
    lines = [f"- {description.name}: {description.purpose} {description.paper}."]
    lines += [f"- input, {view}: {text}" for view, text in inputs.items() if view in config.model.views]
    lines.append(f"- output: probabilities of normal, mild, moderate, severe for {', '.join(config.targets.tasks)}")
    return "\n".join(["## Model", "", *lines])


def _data(config: Config, facts: CardFacts) -> str:
    lines = ["## Data", "", f"Labels {_name(config.data.labels)}, volumes {_name(config.data.volumes)}."]
    lines += ["", "| part | discs | studies | patients |", "|---|---|---|---|"]
    lines += [
        f"| {part} | {row['discs']} | {row['studies']} | {row['patients']} |" for part, row in facts.parts.iterrows()
    ]
    dropped = "; ".join(f"{count} {reason}" for reason, count in facts.dropped.items())
    lines += ["", f"Discs dropped before the split: {dropped or 'none'}."]
    lines.append(f"Images: {_IMAGES[facts.phantom]}.")
    learnt = (
        "slots with a grade only, a range as its higher grade"
        if config.targets.hard_labels
        else "a slot as its interval of grades"
    )
    lines.append(f"Learnt: {learnt}; DeepSPINE's filters {'on' if config.targets.deepspine_filters else 'off'}.")
    return "\n".join(lines)


def _training(config: Config, facts: CardFacts) -> str:
    optimizer, run = config.optimizer, config.run
    seeds = _list({each.run.seed for each in facts.configs.values()})
    swapped = [name for name, each in facts.configs.items() if each.split.swapped]
    lines = [
        f"- split {_split([each.split for each in facts.configs.values()])}"
        + (f"; validation and test swapped in {', '.join(swapped)}" if swapped else ""),
        f"- {optimizer.name}, learning rate {optimizer.learning_rate:g}, {optimizer.schedule}; seed {seeds}",
        f"- batch {run.batch_size}, {run.accumulate} a step, on {facts.environment['ranks']} x "
        f"{facts.environment['device']}, {run.precision}",
        f"- lumbar {facts.environment['lumbar']}, torch {facts.environment['torch']}",
        _length(config, facts.summary),
    ]
    return "\n".join(["## Training", "", *lines])


def _split(splits: Sequence[SplitConfig]) -> str:
    """How the discs were shared out: drawn, or as another run's; then by, shares and seed have no say."""
    drawn = [split for split in splits if not split.file]
    said = []
    if drawn:
        shares = " / ".join(f"{share:g}" for share in drawn[0].shares)
        said.append(f"by {drawn[0].by}, {shares}, seed {_list({split.seed for split in drawn})}")
    said += [f"as in {name}, another run's" for name in sorted({_name(each.file) for each in splits if each.file})]
    return "; ".join(said)


def _length(config: Config, summary: Mapping[str, Any] | None) -> str:
    if summary is None:
        return f"- not complete: {config.run.epochs} epochs were asked for"
    return (
        f"- {summary['epochs']} epochs, {summary['seconds']:.0f} s; kept: epoch {summary['best_epoch'] + 1}, "
        f"the lowest validation loss, {summary['validation_loss']:.4f}"
    )


def _results(facts: CardFacts, tables: str, text: str) -> str:
    head = f"On the {facts.part} part, against {_name(facts.labels)}; {facts.draws} draws of patients an interval."
    return "\n".join(["## Results", "", head, "", "```", tables.rstrip(), "", text.rstrip(), "```"])


def _limits(config: Config, facts: CardFacts) -> str:
    limits = [
        "The figures hold for images and labels such as these: another hospital, scanner or reader may differ.",
        "Labels read from reports are not a reading of the images: the errors of reports and of the parser are in "
        "training and test alike, unless the labels tested against are others.",
    ]
    if facts.phantom in TRAINED_ON:
        limits.insert(0, f"The run was {TRAINED_ON[facts.phantom]}. These figures say that the machinery works.")
    if facts.shared:
        limits.append(f"Patients with discs on both sides of the split: {facts.shared}; the figures are too good.")
    if not config.data.patients:
        limits.append("No table of patients was given: two studies of one patient may be on both sides.")
    if facts.part != "test":
        limits.append(f"These are figures of the {facts.part} part: the checkpoint or the weights were chosen by it.")
    return "\n".join(["## Limits", "", *(f"- {limit}" for limit in limits)])


def _commands(config: Config, facts: CardFacts) -> str:
    lines = [f"lumbar train --config {name}/config.toml --out {name}" for name in facts.configs]
    evaluate = f"lumbar evaluate {' '.join(facts.configs)} --part {facts.part} --bootstrap {facts.draws}"
    if facts.labels != Path(config.data.labels).name:
        evaluate += f" --labels {facts.labels}"
    lines.append(evaluate if len(facts.configs) == 1 else f"{evaluate} --out comparison")
    return "\n".join(["## Commands", "", "```", *lines, "```"])


_IMAGES = {ALL: "phantoms, drawn from seeds", SOME: "phantoms and others", NONE: "none of a phantom", "": "not told"}


def _name(place: str) -> str:
    return f"`{Path(place).name}`"


def _list(numbers: Collection[int]) -> str:
    return ", ".join(map(str, sorted(numbers)))
