"""Both volumes of a disc from native crops: SimpleITK, scipy, and ours by numpy and by torch, side by side."""

from collections.abc import Callable
from dataclasses import replace
from statistics import median
from time import perf_counter, process_time
from typing import Any, NamedTuple

import click
import numpy as np
import numpy.typing as npt
import SimpleITK
import torch
from machine_facts import BUILD, describe_machine, machine, write_results
from noise_discs import make_discs, WHITE
from scipy.ndimage import affine_transform

from imaging.frames import DiscFrame
from imaging.grids import AXIAL, Grid, SAGITTAL, to_grid_affine
from imaging.resampling import by_numpy, by_torch
from imaging.resampling.matrices import to_index_matrix
from imaging.store.crop import Crop

Values = npt.NDArray[np.float32]

SCIPY_TIMES = 4.0
"""How many times quicker than scipy of order 1 the promise is; of SimpleITK it is once."""


class Job(NamedTuple):
    """A crop and the grid it is sampled on."""

    crop: Crop
    frame: DiscFrame
    grid: Grid


def make_jobs(seed: int) -> list[Job]:
    """An axial and a sagittal crop for each of six discs."""
    jobs = []
    for disc in make_discs(seed):
        jobs += [Job(disc.axial[0], disc.frame, AXIAL), Job(disc.sagittal[0], disc.frame, SAGITTAL)]
    return jobs


def by_simpleitk(job: Job) -> SimpleITK.Image:
    """SimpleITK's linear resampler, 16-bit voxels in and float32 out."""
    affine, grid_affine = job.crop.volume.affine, to_grid_affine(job.grid, job.frame)
    image = SimpleITK.GetImageFromArray(job.crop.volume.voxels)
    for target, matrix in ((image, affine), (resampler := SimpleITK.ResampleImageFilter(), grid_affine)):
        spacing = np.linalg.norm(matrix[:3, :3], axis=0)
        prefix = "Set" if target is image else "SetOutput"
        getattr(target, f"{prefix}Spacing")(spacing.tolist())
        getattr(target, f"{prefix}Direction")((matrix[:3, :3] / spacing).ravel().tolist())
        getattr(target, f"{prefix}Origin")(matrix[:3, 3].tolist())
    resampler.SetSize(job.grid.samples[::-1])
    resampler.SetInterpolator(SimpleITK.sitkLinear)
    resampler.SetOutputPixelType(SimpleITK.sitkFloat32)
    return resampler.Execute(image)


def by_scipy(job: Job) -> Values:
    """scipy's ``affine_transform`` of order 1, which needs no array of coordinates."""
    matrix = to_index_matrix(job.crop.volume, job.frame, job.grid)[:3][::-1]  # (k, j, i)
    found: Values = affine_transform(
        job.crop.volume.voxels,
        matrix[:, 2::-1],
        matrix[:, 3],
        output_shape=job.grid.samples,
        output=np.float32,
        order=1,
        mode="nearest",
    )
    return found


def ours_by_numpy(job: Job) -> Values:
    return by_numpy.sample_crops([job.crop], job.frame, job.grid)[0]


def ours_by_torch(job: Job) -> Values:
    found: Values = by_torch.sample_crops([job.crop], job.frame, job.grid)[0].numpy()
    return found


METHODS: dict[str, Callable[[Job], Any]] = {
    "SimpleITK, linear": by_simpleitk,
    "scipy, order 1": by_scipy,
    "ours, numpy": ours_by_numpy,
    "ours, torch": ours_by_torch,
}


class Figure(NamedTuple):
    """Milliseconds for both volumes of a disc, medians: by the clock and of the processor; the largest difference."""

    method: str
    threads: int
    wall_ms: float
    cpu_ms: float
    difference: float


def measure(jobs: list[Job], threads: int, rounds: int) -> list[Figure]:
    """The methods take turns, disc by disc, ``rounds`` times over; the first turn warms up and does not count."""
    torch.set_num_threads(threads)
    SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(threads)
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in METHODS}
    for turn in range(rounds + 1):
        for disc in zip(jobs[::2], jobs[1::2], strict=True):
            for name, method in METHODS.items():
                wall, cpu = perf_counter(), process_time()
                for job in disc:
                    method(job)
                if turn:
                    times[name].append((perf_counter() - wall, process_time() - cpu))
    figures = []
    for name, method in METHODS.items():
        wall, cpu = (1000 * median(each) for each in zip(*times[name], strict=True))
        figures.append(Figure(name, threads, wall, cpu, difference(method, jobs)))
    return figures


def difference(method: Callable[[Job], Any], jobs: list[Job]) -> float:
    """The largest difference from scipy in double precision, where the sample is inside, as a share of the range."""
    largest = 0.0
    for job in jobs:
        _, mask = by_numpy.sample_crops([job.crop], job.frame, job.grid)
        voxels = job.crop.volume.voxels.astype(np.float64)
        exact = by_scipy(job._replace(crop=replace(job.crop, volume=replace(job.crop.volume, voxels=voxels))))
        found = method(job)
        values = SimpleITK.GetArrayFromImage(found) if isinstance(found, SimpleITK.Image) else found
        largest = max(largest, float(np.abs(values - exact)[mask].max()))
    return largest / WHITE


def show(figures: list[Figure]) -> None:
    """The table of one number of threads, with ratios to the two that are promised about."""
    itk, scipy = figures[0], figures[1]
    one = figures[0].threads == 1
    for figure in figures:
        of_itk, of_scipy = (
            (each.cpu_ms / figure.cpu_ms if one else each.wall_ms / figure.wall_ms) for each in (itk, scipy)
        )
        print(
            f"{figure.method:20}{figure.threads:>8}{figure.wall_ms:>10.1f}{figure.cpu_ms:>10.1f}"
            f"{of_itk:>14.2f}{of_scipy:>14.2f}{figure.difference:>14.1e}"
        )


def is_kept(figures: list[Figure]) -> bool:
    """Whether ours by torch keeps the promise on one thread, in time of the processor."""
    itk, scipy, _, ours = (figure.cpu_ms for figure in figures)
    return ours <= itk and ours * SCIPY_TIMES <= scipy


@click.command()
@click.option("--rounds", default=10, show_default=True, help="Turns of each method over the six discs.")
@click.option("--threads", default=2, show_default=True, help="The larger number of threads measured, beside one.")
@click.option("--seed", default=0, show_default=True, help="Of the discs.")
def main(rounds: int, threads: int, seed: int) -> None:
    """Measure resamplers on both volumes of a disc; ends with 1 where ours by torch breaks the promise on one thread.

    \b
    Example:
      python benchmarks/resampling.py
      python benchmarks/resampling.py --rounds 50 --threads 8
    """
    facts = machine()
    print(describe_machine(facts))
    print(f"axial {AXIAL.samples} and sagittal {SAGITTAL.samples} of a disc, {rounds} turns over six discs, medians")
    print(f"{'':20}{'threads':>8}{'clock ms':>10}{'cpu ms':>10}{'x SimpleITK':>14}{'x scipy':>14}{'difference':>14}")
    jobs = make_jobs(seed)
    by_threads: list[list[Figure]] = []
    for count in sorted({1, threads}):
        by_threads.append(measure(jobs, count, rounds))
        show(by_threads[-1])
    kept = is_kept(by_threads[0])
    print("x: times as quick, of the processor on one thread, by the clock on more; SimpleITK alone uses more.")
    print("difference: the largest from scipy in double precision, as a share of the range of the voxels, all noise.")
    print(f"ours by torch on one thread: {'keeps the promise' if kept else 'BREAKS THE PROMISE'}")
    results: dict[str, Any] = {"machine": facts, "figures": [each._asdict() for every in by_threads for each in every]}
    write_results(BUILD / "benchmarks" / "resampling.json", results)
    raise SystemExit(0 if kept else 1)


if __name__ == "__main__":
    main()
