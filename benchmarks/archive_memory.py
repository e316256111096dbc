"""`lumbar parse` on an archive of a million written reports: reports a second, and the peak memory of each process."""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import click
from machine_facts import BUILD, describe_machine, machine, ROOT, write_results
from report_writer import AS_WRITTEN, write_reports

LIMIT_MIB = 1024
SAMPLE_SECONDS = 0.1
_RECIPE = ("phrases.py", "cases.py", "authors.py", "report_writer.py")


class Sample(NamedTuple):
    """Peak resident memory of each process seen, by process id, and how many samples were taken."""

    peaks: dict[int, int]
    samples: int


def write_archive(path: Path, reports: int, seed: int, novelty: float) -> int:
    """Write a CSV of reports one at a time; its characters of text. One that is there from before is taken as it is."""
    stamp = path.with_suffix(".json")
    wanted = {"reports": reports, "seed": seed, "novelty": novelty, "written_by": _recipe()}
    if path.exists() and stamp.exists():
        found = json.loads(stamp.read_text(encoding="utf-8"))
        if found["wanted"] == wanted:
            return int(found["characters"])
    path.parent.mkdir(parents=True, exist_ok=True)
    characters = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("study_id", "report_text"))
        for number, text in enumerate(write_reports(reports, seed, novelty), 1):
            writer.writerow((f"S{number:07}", text))
            characters += len(text)
    stamp.write_text(json.dumps({"wanted": wanted, "characters": characters}), encoding="utf-8")
    return characters


def _recipe() -> list[int]:
    return [int(Path(__file__).with_name(name).stat().st_mtime) for name in _RECIPE]


def run_parse(archive: Path, out: Path, jobs: int, log: Path) -> tuple[float, int, Sample, int]:
    """Seconds, exit code, samples, and the peak in bytes of the largest process by the kernel's own account."""
    command = [
        str(Path(sys.executable).with_name("lumbar")),
        "parse",
        str(archive),
        "--out",
        str(out),
        "--jobs",
        str(jobs),
    ]
    start = time.perf_counter()
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen([*command, "--restart"], cwd=ROOT, stdout=file, stderr=subprocess.STDOUT)
    sample, status, largest = watch(process.pid)
    process.returncode = os.waitstatus_to_exitcode(status)
    return time.perf_counter() - start, process.returncode, sample, largest


def watch(pid: int) -> tuple[Sample, int, int]:
    """Sample a process and its descendants until it ends; then its wait status, and the kernel's peak in bytes."""
    peaks: dict[int, int] = {}
    samples = 0
    while True:
        ended, status, usage = os.wait4(pid, os.WNOHANG)
        if ended:
            unit = 1 if sys.platform == "darwin" else 1024
            return Sample(peaks, samples), status, usage.ru_maxrss * unit
        for each in (pid, *descendants(pid)):
            peaks[each] = max(peaks.get(each, 0), peak_bytes(each))
        samples += 1
        time.sleep(SAMPLE_SECONDS)


def descendants(pid: int) -> list[int]:
    """The processes started by this one and by those; none where there is no /proc."""
    children = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children += [int(child) for child in path.read_text(encoding="ascii").split()]
        except OSError:
            continue
    return children + [each for child in children for each in descendants(child)]


def peak_bytes(pid: int) -> int:
    """Peak resident memory of a process so far, as the kernel keeps it (VmHWM); 0 where it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)


def check_complete(labels: Path, code: int, reports: int, log: Path) -> None:
    """ClickException unless the command says that it read every report: a figure for a part of them is none."""
    sidecar = labels.with_suffix(".json")
    read = json.loads(sidecar.read_text(encoding="utf-8"))["counts"]["reports"] if sidecar.exists() else 0
    if code or read != reports:
        raise click.ClickException(f"lumbar parse read {read:,} of {reports:,} reports, exit code {code}: see {log}")


def to_results(reports: int, characters: int, seconds: float, sample: Sample, largest: int) -> dict[str, Any]:
    """The figures of one run."""
    return {
        "reports": reports,
        "characters_each": characters / reports,
        "seconds": seconds,
        "reports_per_second": reports / seconds,
        "peak_mib": {str(pid): peak / 2**20 for pid, peak in sample.peaks.items() if peak},
        "peak_mib_by_the_kernel": largest / 2**20,
        "samples": sample.samples,
    }


def show(results: dict[str, Any]) -> None:
    """The figures in words."""
    speed = results["reports_per_second"]
    print(f"  {results['seconds']:.1f} s by the clock, start and end included: {speed:,.0f} reports/s")
    for number, peak in enumerate(results["peak_mib"].values()):
        print(
            f"  peak memory of {'the command itself' if number == 0 else f'process {number} under it'}: {peak:,.0f} MiB"
        )
    largest = max([results["peak_mib_by_the_kernel"], *results["peak_mib"].values()])
    verdict = "under" if largest < LIMIT_MIB else "OVER"
    print(f"  the largest process at its peak: {largest:,.0f} MiB, {verdict} {LIMIT_MIB:,} MiB")


@click.command()
@click.option("--reports", default=1_000_000, show_default=True, type=click.IntRange(min=1))
@click.option(
    "--jobs", default=1, show_default=True, type=click.IntRange(min=1), help="Worker processes of `lumbar parse`."
)
@click.option(
    "--novelty", type=click.FloatRange(0, 1), default=AS_WRITTEN, show_default=True, help="Share of unique sentences."
)
@click.option("--seed", default=0, show_default=True)
@click.option(
    "--folder", default=BUILD / "benchmarks", type=click.Path(path_type=Path), help="Where the archive is written."
)
@click.option("--ending", default="parquet", show_default=True, type=click.Choice(("parquet", "csv", "tsv")))
def main(reports: int, jobs: int, novelty: float, seed: int, folder: Path, ending: str) -> None:
    """Measure speed and peak memory of `lumbar parse` on a large archive.

    The archive of a million reports takes 1.7 GB of disk and is kept for the next run.

    \b
    Example:
      python benchmarks/archive_memory.py --reports 5000
      python benchmarks/archive_memory.py --jobs 2
    """
    facts = machine()
    print(describe_machine(facts))
    archive = folder / f"reports-{reports}-{novelty:g}-{seed}.csv"
    characters = write_archive(archive, reports, seed, novelty)
    mebibytes = archive.stat().st_size / 2**20
    print(f"{reports:,} reports of {characters / reports:,.0f} characters, {mebibytes:,.0f} MiB, {jobs} worker(s)")
    log = folder / "archive_memory.log"
    with tempfile.TemporaryDirectory(dir=folder) as out:
        labels = Path(out) / f"labels.{ending}"
        seconds, code, sample, largest = run_parse(archive, labels, jobs, log)
        check_complete(labels, code, reports, log)
    results = to_results(reports, characters, seconds, sample, largest) | {"jobs": jobs, "novelty": novelty}
    show(results)
    write_results(folder / f"archive_memory-{reports}-jobs{jobs}.json", {"machine": facts, **results})


if __name__ == "__main__":
    main()
