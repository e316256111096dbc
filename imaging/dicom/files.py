"""Inputs to files: folders, trees, zip files and single files, in an order that does not depend on theirs."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from imaging.dicom.fault import Fault
from imaging.dicom.zip_members import list_members, ZipLimits
from imaging.refusal import Refusal


class InputFile(NamedTuple):
    """A file to be read, or a member of a zip file.

    ``number`` counts from 1 and stands for the file in every message. ``folder`` is the topmost folder below the input
    that holds it, or the input's own name where the file lies right in it; ``input_folder`` is that name always.
    """

    path: Path
    member: str | None
    number: int
    folder: str
    input_folder: str


class Found(NamedTuple):
    """The files of the inputs, and what was refused before it was opened."""

    files: tuple[InputFile, ...]
    refusals: tuple[Refusal, ...]


class _Entry(NamedTuple):
    path: Path
    member: str | None
    folder: str
    input_folder: str
    fault: Fault | None


def find_files(inputs: Sequence[Path], limits: ZipLimits = ZipLimits()) -> Found:  # noqa: B008
    """Every file of the inputs once, numbered from 1; a zip file counts as its members.

    Numbers go folder by folder, by name, a folder's own files first. Hidden files (``.`` first, ``__MACOSX``) and files
    named DICOMDIR are passed over. Links are followed, each folder once. An input that does not exist is refused as
    ``input 2``, its place among the inputs.
    """
    roots = sorted({Path(os.path.realpath(path)) for path in inputs})
    missing = [number for number, path in enumerate(inputs, 1) if not _exists(path)]
    refusals = [Refusal("", f"input {n}", "no-such-input", "", "there is no such file or folder") for n in missing]
    seen: set[Path] = set()
    entries = [entry for root in roots for entry in _entries(root, limits, seen)]
    files = []
    for number, (path, member, folder, input_folder, fault) in enumerate(entries, 1):
        if fault is None:
            files.append(InputFile(path, member, number, folder, input_folder))
        else:
            refusals.append(Refusal("", f"file {number}", *fault))
    return Found(tuple(files), tuple(refusals))


def _entries(root: Path, limits: ZipLimits, seen: set[Path]) -> Iterator[_Entry]:
    if root.is_dir():
        for path, fault in _walk(root, seen):
            yield from _to_entries(path, path.relative_to(root).parts[:-1], root.name, limits, fault)
    elif root.exists() and root not in seen:
        seen.add(root)
        yield from _to_entries(root, (), root.stem if _is_zip(root) else root.parent.name, limits, _check_kind(root))


def _to_entries(
    path: Path, folders: tuple[str, ...], input_folder: str, limits: ZipLimits, fault: Fault | None
) -> Iterator[_Entry]:
    """The file itself, or, of a zip file, its members: a zip file is a folder of its name."""
    if fault is not None or not _is_zip(path):
        yield _Entry(path, None, folders[0] if folders else input_folder, input_folder, fault)
        return
    if path.stem != input_folder:
        folders = (*folders, path.stem)
    members = _list(path, limits)
    if isinstance(members, Fault):
        yield _Entry(path, None, "", input_folder, members)
        return
    for name, member_fault in members:
        parts = PurePosixPath(name).parts
        if member_fault is not None or not _is_passed_over(parts):
            folder = next(iter((*folders, *parts[:-1])), input_folder)
            yield _Entry(path, name, folder, input_folder, member_fault)


def _list(path: Path, limits: ZipLimits) -> Iterable[tuple[str, Fault | None]] | Fault:
    try:
        return list_members(path, limits)
    except OSError:
        return UNREADABLE


def _walk(root: Path, seen: set[Path]) -> Iterator[tuple[Path, Fault | None]]:
    """The files below a folder, folder by folder by name; a folder that cannot be listed comes with its fault."""
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        real = Path(os.path.realpath(folder))
        if real in seen:
            continue
        seen.add(real)
        try:
            with os.scandir(folder) as found:
                items = sorted(found, key=lambda item: item.name)
        except OSError:
            yield folder / "?", Fault("unreadable", "", "a folder cannot be opened; check its permissions")
            continue
        items = [item for item in items if not _is_passed_over((item.name,))]
        waiting += [Path(item.path) for item in reversed(items) if item.is_dir()]
        for item in items:
            if not item.is_dir() and (path := Path(item.path)) not in seen:
                seen.add(path)
                yield path, None if item.is_file() else _check_kind(path)


UNREADABLE = Fault("unreadable", "", "the file cannot be opened; check its permissions")


def _check_kind(path: Path) -> Fault | None:
    """Refuse what is no plain file: a pipe or a device may never end."""
    return None if path.is_file() else Fault("unreadable", "", "not a plain file, or a link that leads nowhere")


def _is_passed_over(parts: tuple[str, ...]) -> bool:
    hidden = any((part.startswith(".") and part not in (".", "..")) or part == "__MACOSX" for part in parts)
    return hidden or parts[-1].upper() == "DICOMDIR"


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a folder on the way may not be entered
        return False


def _is_zip(path: Path) -> bool:
    return path.suffix.lower() == ".zip"
