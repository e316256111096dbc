"""A volume store of phantom studies: how quickly it is built, how large it is, and how quickly a disc is read."""

import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

import click
import numpy as np
from machine_facts import BUILD, describe_machine, machine, write_results

from imaging.geometry import FloatArray
from imaging.landmark_table import write_landmarks
from imaging.landmarks import Landmarks
from imaging.phantom.anatomy import draw_spine
from imaging.phantom.cohort import draw_variant, to_scene, to_timed
from imaging.phantom.dicom_header import PatientIdentity
from imaging.phantom.protocol import draw_protocol
from imaging.phantom.scanner import draw_scanner
from imaging.phantom.study import write_scene
from imaging.phantom.study_key import StudyKey
from imaging.store.crop import DiscCrops
from imaging.store.reader import VolumeStore
from imaging.study import Weighting

PAPER_DISCS = 22_796
"""The discs of DeepSPINE (Lu et al. 2018)."""

TARGET_GB = 20.0
TARGET_READ_MS = 0.12


def write_study(folder: Path, number: int, seed: int, rendered: bool) -> Landmarks:
    """A study as phantom cohorts have them; with noise in place of the anatomy, which takes a fortieth of the time."""
    key = StudyKey(f"phantom-{number:05d}", seed * 100_000 + number)
    scanner = draw_scanner(key.to_generator(1, 2))
    scene = to_scene(draw_spine(key.to_generator(1, 1)), scanner)
    scene = scene if rendered else replace(scene, render=render_noise)
    protocol = to_timed(draw_protocol(key.to_generator(1, 3)), scanner)
    identity = PatientIdentity(patient_id=key.study_id)
    variant = draw_variant(key.to_generator(1, 4))
    scene = write_scene(folder / key.study_id, scene, protocol, key, variant, identity)
    return Landmarks(key.study_id, scene.structures, scene.centroids, np.ones(len(scene.structures)))


def render_noise(
    affine: FloatArray,
    shape: tuple[int, int, int],
    thickness_mm: float,
    weightings: tuple[Weighting, ...],
    rng: np.random.Generator,
) -> Any:
    """Voxels of 12 bits: the store's size and speed do not depend on what they show."""
    return tuple(rng.integers(0, 4096, shape, dtype=np.uint16) for _ in weightings)


def build(cohort: Path, jobs: int) -> dict[str, float]:
    """Seconds that `lumbar volumes build` takes, by the clock and of the processor, and its largest process in MiB."""
    command = [sys.executable, "-m", "lumbar", "volumes", "build", str(cohort / "studies")]
    command += ["--landmarks", str(cohort / "landmarks.csv"), "--out", str(cohort / "store")]
    command += ["--study-id-from", "folder", "--jobs", str(jobs), "--restart"]
    started = perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 3):
        raise click.ClickException(done.stderr)
    print(done.stdout.strip())
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "build_s": perf_counter() - started,
        "build_cpu_s": used.ru_utime + used.ru_stime,
        "peak_mib": used.ru_maxrss / 1024,
    }


def time_reads(store: VolumeStore, use: Callable[[DiscCrops], object], rounds: int, seed: int) -> float:
    """Milliseconds of the processor a disc, the median of rounds over all discs in random order."""
    discs, rng = store.discs, np.random.default_rng(seed)
    times = []
    for _ in range(rounds):
        order = rng.permutation(len(discs))
        started = process_time()
        for number in order:
            use(store.read_disc(*discs[number]))
        times.append((process_time() - started) / len(discs) * 1000)
    return median(times)


def copy_voxels(disc: DiscCrops) -> None:
    """Bring every voxel of a disc into memory of the process."""
    for crop in (*disc.axial, *disc.sagittal):
        np.array(crop.volume.voxels)


def measure(cohort: Path, jobs: int, rounds: int, seed: int) -> dict[str, Any]:
    built = build(cohort, jobs)
    started = perf_counter()
    store = VolumeStore(cohort / "store")
    opened = perf_counter() - started
    time_reads(store, copy_voxels, 1, seed)  # now the files are in the page cache, and verified
    both = [bool(disc.axial) for disc in (store.read_disc(*each) for each in store.discs)]
    index = store.index
    sizes = index["shape"].map(np.prod).astype(float) * 2 / 1e6
    by_view = sizes.groupby(index["view"]).sum()
    per_disc = sizes.sum() / len(store.discs)
    full = by_view["axial"] / sum(both) + by_view["sagittal"] / len(both)
    return {
        "discs": len(store.discs), "with_axial": sum(both), "jobs": jobs, **built,
        "discs_per_s": len(store.discs) / built["build_s"], "mb_per_disc": per_disc,
        "mb_per_disc_with_both_views": full, "projected_gb": per_disc * PAPER_DISCS / 1000,
        "projected_gb_with_both_views": full * PAPER_DISCS / 1000, "open_ms": opened * 1000,
        "read_ms": time_reads(store, lambda disc: None, rounds, seed),
        "read_and_copy_ms": time_reads(store, copy_voxels, rounds, seed),
    }  # fmt: skip


def show(figures: dict[str, Any]) -> None:
    print(
        f"built: {figures['discs']} discs in {figures['build_s']:.1f} s on {figures['jobs']} workers, "
        f"{figures['discs_per_s']:.1f} discs/s, {figures['build_cpu_s']:.1f} s of the processor; "
        f"the largest process took {figures['peak_mib']:.0f} MiB"
    )
    print(
        f"size: {figures['mb_per_disc']:.2f} MB a disc ({figures['with_axial']} of them with axial images); "
        f"{PAPER_DISCS} discs: {figures['projected_gb']:.1f} GB; were all with axial images: "
        f"{figures['projected_gb_with_both_views']:.1f} GB (target: under {TARGET_GB:g})"
    )
    print(
        f"read, warm, time of the processor: {figures['read_ms']:.3f} ms a disc (to beat: {TARGET_READ_MS:g}); "
        f"with a copy of every voxel {figures['read_and_copy_ms']:.3f} ms; opening it {figures['open_ms']:.0f} ms"
    )


@click.command()
@click.option("--studies", default=30, show_default=True, help="Studies in the store, six discs each.")
@click.option("--jobs", default=2, show_default=True, help="Workers of the build.")
@click.option("--rounds", default=20, show_default=True, help="Rounds of reading every disc.")
@click.option("--seed", default=0, show_default=True, help="Of the studies and of the order of reading.")
@click.option("--rendered", is_flag=True, help="Render the anatomy; without, voxels are noise of the same size.")
def main(studies: int, jobs: int, rounds: int, seed: int, rendered: bool) -> None:
    """Build a store of phantom studies and read it; ends with 1 where reading is slower than it is to be.

    \b
    Example:
      python benchmarks/volume_store.py
      python benchmarks/volume_store.py --studies 200 --jobs 8
    """
    facts = machine()
    print(describe_machine(facts))
    with TemporaryDirectory(dir=BUILD if BUILD.exists() else None) as folder:
        cohort = Path(folder)
        landmarks = [write_study(cohort / "studies", number, seed, rendered) for number in range(1, studies + 1)]
        write_landmarks(cohort / "landmarks.csv", landmarks)
        size = sum(path.stat().st_size for path in (cohort / "studies").rglob("*") if path.is_file()) / 1e6
        print(f"{studies} phantom studies of drawn protocols, {size:.0f} MB of DICOM")
        figures = measure(cohort, jobs, rounds, seed)
    show(figures)
    write_results(BUILD / "benchmarks" / "volume_store.json", {"machine": facts, "studies": studies, **figures})
    raise SystemExit(0 if figures["read_ms"] < TARGET_READ_MS else 1)


if __name__ == "__main__":
    main()
