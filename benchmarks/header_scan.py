"""`imaging.dicom.scan` on 10,000 DICOM files: seconds by the clock, and the peak memory of each process."""

import resource
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click
import numpy as np
from machine_facts import BUILD, describe_machine, machine, write_results
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage

from imaging.dicom.headers import HeaderBatch, Headers, read_headers
from imaging.dicom.scan import Scan, scan_studies
from lumbar.work import map_ordered

LIMIT_SECONDS = 60
SLICES = 20
SERIES = ("SAG T2", "SAG T1", "SAG STIR", "AX T2", "AX T1")
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
TIMES = {"T1": (10.0, 600.0), "T2": (100.0, 3500.0), "STIR": (60.0, 4000.0)}


def make_dataset(description: str, study: int, series: int, header_bytes: int, pixels: int) -> FileDataset:
    """An image as scanners write them: some 140 elements, sequences, and large private ones to skip."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = MRImageStorage
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    plane, weighting = description.split()
    dataset.SOPClassUID, dataset.Modality, dataset.SeriesDescription = MRImageStorage, "MR", description
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "M", "NORM", "DIS2D"]
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = f"1.2.{study}", f"1.2.{study}.{series}"
    dataset.FrameOfReferenceUID = f"1.2.{study}.0"
    dataset.SeriesNumber, dataset.AcquisitionNumber = series, 1
    dataset.EchoTime, dataset.RepetitionTime = TIMES[weighting]
    dataset.ScanningSequence, dataset.SequenceVariant = "SE", ["SK", "SP", "OSP"]
    if weighting == "STIR":
        dataset.InversionTime = 160.0
    dataset.SliceThickness, dataset.SpacingBetweenSlices, dataset.PixelSpacing = 4.0, 4.4, [0.6, 0.6]
    dataset.ImageOrientationPatient = list(SAGITTAL if plane == "SAG" else AXIAL)
    dataset.Rows = dataset.Columns = pixels
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.PixelRepresentation = 1, "MONOCHROME2", 0
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    add_ballast(dataset, header_bytes)
    return dataset


def add_ballast(dataset: Dataset, header_bytes: int) -> None:
    """What a scan has no use for: sequences of references, and private elements of ``header_bytes`` in all."""
    references = []
    for k in range(3):
        item = Dataset()
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = MRImageStorage, f"1.2.99.{k}"
        references.append(item)
    dataset.ReferencedImageSequence = references
    dataset.PerformedProtocolCodeSequence = references[:1]
    block = dataset.private_block(0x0029, "BALLAST", create=True)
    block.add_new(0x10, "OB", bytes(header_bytes // 2))
    block.add_new(0x20, "OB", bytes(header_bytes - header_bytes // 2))
    small = dataset.private_block(0x0019, "BALLAST", create=True)
    for k in range(100):
        small.add_new(k, "DS", "1.234567")


def make_files(files: int, header_bytes: int, pixels: int) -> Iterator[tuple[str, bytes]]:
    """Names and contents: studies of five series of twenty slices, in folders as an archive has them."""
    for number in range(-(-files // SLICES)):
        study, series = divmod(number, len(SERIES))
        dataset = make_dataset(SERIES[series], study + 1, series + 1, header_bytes, pixels)
        normal = np.cross(dataset.ImageOrientationPatient[:3], dataset.ImageOrientationPatient[3:])
        for k in range(min(SLICES, files - number * SLICES)):
            dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"1.2.{study}.{series}.{k + 1}"
            dataset.InstanceNumber = k + 1
            dataset.ImagePositionPatient = (normal * (4.4 * k - 40.0)).tolist()
            dataset.PixelData = bytes(2 * pixels * pixels)
            with tempfile.SpooledTemporaryFile(max_size=1 << 24) as file:
                dataset.save_as(file, enforce_file_format=True)
                file.seek(0)
                yield f"{study:05}/{series}/{k:03}.dcm", file.read()


def write_folder(folder: Path, contents: Iterable[tuple[str, bytes]]) -> int:
    """Write the files; their bytes."""
    total = 0
    for name, content in contents:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        total += len(content)
    return total


def write_zip(folder: Path, contents: Iterable[tuple[str, bytes]]) -> int:
    """Write one zip file with the files; their bytes."""
    total = 0
    with zipfile.ZipFile(folder / "studies.zip", "w", zipfile.ZIP_STORED) as archive:
        for name, content in contents:
            archive.writestr(name, content)
            total += len(content)
    return total


def get_reader() -> Any:
    """What each worker calls for a batch."""
    return read_headers


def scan(folder: Path, jobs: int) -> Scan:
    """The studies of a folder, headers read in ``jobs`` processes; with one, in this one."""

    def run(function: Any, batches: Iterable[HeaderBatch]) -> Iterator[Headers]:
        return map(function, batches) if jobs == 1 else map_ordered(get_reader, batches, jobs)

    return scan_studies([folder], run=run)


def peak_mib(who: int) -> float:
    """The peak resident memory of this process, or of the largest of its ended children."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(who).ru_maxrss * unit / 2**20


def processor_seconds() -> float:
    """Seconds of the processor that this process and its ended children have had."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def check_complete(found: Scan, files: int) -> None:
    """ClickException unless every file came out in a study: a figure for a part of them is none."""
    images = sum(series.images for study in found.studies for series in study.series)
    if images != files or found.refusals:
        raise click.ClickException(f"{images:,} of {files:,} images found, {len(found.refusals)} refusals")


@click.command()
@click.option("--files", default=10_000, show_default=True, type=click.IntRange(min=1))
@click.option("--jobs", default=2, show_default=True, type=click.IntRange(min=1), help="Processes that read headers.")
@click.option("--header-bytes", default=20_000, show_default=True, help="Private elements in each header.")
@click.option("--pixels", default=64, show_default=True, help="Rows and columns of each image.")
@click.option("--zip", "zipped", is_flag=True, help="One zip file instead of folders.")
@click.option("--repeats", default=1, show_default=True, type=click.IntRange(min=1))
def main(files: int, jobs: int, header_bytes: int, pixels: int, zipped: bool, repeats: int) -> None:
    """Measure how long the headers of many DICOM files take.

    The files are written to a temporary folder first; they are in the system's cache when they are scanned.

    \b
    Example:
      python benchmarks/header_scan.py
      python benchmarks/header_scan.py --files 1000 --jobs 1 --zip
    """
    facts = machine()
    print(describe_machine(facts))
    (BUILD / "benchmarks").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        write = partial(write_zip if zipped else write_folder, Path(name))
        total = write(make_files(files, header_bytes, pixels))
        print(f"{files:,} files of {total / files:,.0f} bytes{' in a zip' if zipped else ''}, {jobs} process(es)")
        seconds, processor = [], []
        for _ in range(repeats):
            start, start_processor = time.perf_counter(), processor_seconds()
            found = scan(Path(name), jobs)
            seconds.append(time.perf_counter() - start)
            processor.append(processor_seconds() - start_processor)
            check_complete(found, files)
    best = min(seconds)
    own, child = peak_mib(resource.RUSAGE_SELF), peak_mib(resource.RUSAGE_CHILDREN)
    verdict = "under" if best * 10_000 / files < LIMIT_SECONDS else "OVER"
    print(f"  {best:.1f} s by the clock: {files / best:,.0f} files/s, {len(found.studies)} studies")
    print(f"  {min(processor):.1f} s of the processor, over all processes, their start included")
    print(f"  10,000 files: {best * 10_000 / files:.1f} s, {verdict} {LIMIT_SECONDS} s")
    print(f"  peak memory: {own:,.0f} MiB here, {child:,.0f} MiB in the largest process under it")
    results = {"files": files, "jobs": jobs, "bytes": total, "zip": zipped, "seconds": seconds, "processor": processor}
    results |= {"peak_mib": own, "peak_mib_of_workers": child}
    write_results(BUILD / "benchmarks" / f"header_scan-{files}-jobs{jobs}.json", {"machine": facts, **results})


if __name__ == "__main__":
    main()
