"""An exam from DICOM to grades on a processor: seconds and memory of each step of `lumbar grade`. Linux only."""

import json
import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import click
from machine_facts import BUILD, describe_machine, machine, write_results

TARGET_S, TARGET_MIB = 10.0, 2048
WANTED_S, WANTED_MIB = 5.0, 1024
MODELS = ("deepspine", "deepspine-tiny")
PRECISIONS = ("float32", "bfloat16")


def write_exam(folder: Path, seed: int) -> None:
    """A phantom study of six discs with sagittal and axial T2, and its landmarks."""
    from imaging.phantom.cohort import make_cohort

    make_cohort(folder, 1, seed)


def write_run(folder: Path, model: str) -> None:
    """A run folder with a network of random weights: what it says is nothing, what it costs is what any costs."""
    import torch

    from lexicons.vocabulary import View
    from training.config import Config, ModelConfig
    from training.config_file import to_toml
    from training.models import find_model
    from training.run_folder import write_checkpoint
    from training.run_record import BEST

    torch.manual_seed(0)
    config = Config(model=ModelConfig(model))  # type: ignore[arg-type]
    network = find_model(model).build(len(config.targets.tasks), tuple(View), config.model.dropout)
    folder.mkdir()
    write_checkpoint({"network": network.state_dict(), "config": to_toml(config)}, folder / BEST)


def grade_exam(exam: Path, run: Path, out: Path, precision: str, workers: int, located: bool) -> dict[str, Any]:
    """In a process of its own: what `lumbar grade` does, in its order, with the clock read between its steps.

    ``located``: the landmarks come from a table; else the trained localizer finds them.
    """
    began = perf_counter()
    steps: dict[str, float] = {}
    peaks: dict[str, float] = {}

    def watch(step: str) -> None:
        nonlocal began
        steps[step] = perf_counter() - began
        peaks[step] = to_peak_mib()
        began = perf_counter()

    from imaging.dicom.scan import ScanSettings
    from imaging.inputs import scan_inputs
    from imaging.landmark_table import read_landmarks
    from imaging.pipeline import PipelineSettings
    from lumbar.grade_device import choose, use_one_thread
    from lumbar.grade_files import write_page, write_tables
    from lumbar.grade_study import grade_study
    from lumbar.grader_origin import open_grader, read_origin
    from lumbar.localizer import make_localize

    watch("import")
    (study,) = scan_inputs([exam / "studies"], ScanSettings(study_id_from="folder")).studies
    watch("scan")
    device = replace(choose("cpu", precision), workers=workers)
    use_one_thread()
    grader = open_grader(run, device)
    origin = read_origin(run, grader)
    watch("load")
    landmarks = read_landmarks(exam / "landmarks.csv")[study.study_id] if located else make_localize(None)
    graded = grade_study(study, landmarks, grader, device, PipelineSettings(), watch)
    write_page(out, graded, grader, origin, device)
    write_tables(out, [graded], [], grader, origin, device)
    watch("page")
    columns = ["p0", "p1", "p2", "p3"]
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "processor_s": used.ru_utime + used.ru_stime,
        "seconds": steps,
        "peak_mib": peaks,
        "discs": len(graded.discs),
        "axial": sum(bool(disc.axial) for disc in graded.discs),
        "probabilities": graded.predictions[columns].to_numpy().tolist(),
    }


def to_peak_mib() -> float:
    """The most memory that this process has held; getrusage's would begin with that of the parent."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def measure(exam: Path, run: Path, precision: str, workers: int, located: bool, repeats: int) -> dict[str, Any]:
    """The run of median length, each in a process of its own."""
    runs = []
    for _ in range(repeats):
        with TemporaryDirectory() as out:
            command = [sys.executable, __file__, "--one", str(exam), str(run), out, precision, str(workers)]
            command += ["--landmarks"] if located else []
            began = perf_counter()
            result = subprocess.run(command, capture_output=True, text=True, check=True)
            found = json.loads(result.stdout.splitlines()[-1])
            runs.append(found | {"wall_s": perf_counter() - began})
    return sorted(runs, key=lambda one: one["wall_s"])[len(runs) // 2]


def report(model: str, precision: str, found: dict[str, Any]) -> None:
    steps = ", ".join(f"{name} {seconds:.2f}" for name, seconds in found["seconds"].items())
    peak = max(found["peak_mib"].values())
    met = "met" if found["wall_s"] < TARGET_S and peak < TARGET_MIB else "MISSED"
    wanted = "met" if found["wall_s"] < WANTED_S and peak < WANTED_MIB else "missed"
    print(
        f"{model}, {precision}: {found['wall_s']:.1f} s ({found['processor_s']:.1f} s of processor), {peak:.0f} MiB, "
        f"{found['discs']} discs, {found['axial']} with axial images"
    )
    print(f"  {steps}")
    print(f"  {TARGET_S:.0f} s and {TARGET_MIB} MiB: {met}; {WANTED_S:.0f} s and {WANTED_MIB} MiB: {wanted}")


def to_difference(one: dict[str, Any], other: dict[str, Any]) -> float:
    """The largest difference of a probability between two runs."""
    pairs = zip(one["probabilities"], other["probabilities"], strict=True)
    return max(abs(a - b) for row, beside in pairs for a, b in zip(row, beside, strict=True))


@click.command()
@click.option("--model", "models", multiple=True, type=click.Choice(MODELS), default=MODELS, show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--repeats", default=3, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--landmarks", "located", is_flag=True, help="The vertebrae come from a table, not from the localizer.")
@click.option("--one", nargs=5, hidden=True, help="A single run, in this process.")
def main(
    models: tuple[str, ...], workers: int, repeats: int, seed: int, located: bool, one: tuple[str, ...] | None
) -> None:
    """Grade one phantom exam with networks of random weights, in both precisions."""
    if one:
        exam, run, out, precision, count = one
        print(json.dumps(grade_exam(Path(exam), Path(run), Path(out), precision, int(count), located)))
        return
    facts = machine()
    print(
        f"{describe_machine(facts)}, {workers} discs side by side, vertebrae from {'a table' if located else 'images'}"
    )
    results: dict[str, Any] = {"machine": facts, "workers": workers, "located": located}
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_exam(folder / "exam", seed)
        for model in models:
            write_run(folder / model, model)
            found = {
                kind: measure(folder / "exam", folder / model, kind, workers, located, repeats) for kind in PRECISIONS
            }
            for precision, of_precision in found.items():
                report(model, precision, of_precision)
            difference = to_difference(*found.values())
            print(f"  largest difference of a probability, float32 to bfloat16: {difference:.3f}")
            results[model] = {"difference": difference, **found}
    write_results(BUILD / "benchmarks" / "exam.json", results)


if __name__ == "__main__":
    main()
