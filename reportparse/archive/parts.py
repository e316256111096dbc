"""The work folder of a run: a part per batch, each written whole or not at all, and the settings of the run."""

import hashlib
import io
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import lexicons
import reportparse
from reportparse.archive.folder import walk
from reportparse.archive.record import ArchiveError
from reportparse.archive.tables import Share

Settings = dict[str, object]
"""What decides a run's output, as plain JSON values."""

_MANIFEST = "manifest.json"
_SAMPLE = 1 << 20


class SettingsError(ArchiveError):
    """Work that was begun with other settings."""


def fingerprint(path: Path) -> str:
    """A digest of an archive's size, time of change, beginning and end; of a folder's file names, sizes and times."""
    digest = hashlib.sha256()
    for file in walk(path) if path.is_dir() else [path]:
        state = file.stat()
        name = file.relative_to(path).as_posix() if file != path else ""
        digest.update(f"{name}\0{state.st_size}\0{state.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
    if path.is_file():
        with path.open("rb") as open_file:
            digest.update(open_file.read(_SAMPLE))
            open_file.seek(max(0, path.stat().st_size - _SAMPLE))
            digest.update(open_file.read(_SAMPLE))
    return digest.hexdigest()[:32]


def code_digest() -> str:
    """A digest of the parser's source, so that no labels of an older parser are taken for those of this one."""
    digest = hashlib.sha256()
    for package in (reportparse, lexicons):
        root = Path(package.__path__[0])
        for path in sorted(root.rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def open_parts(folder: Path, settings: Settings, restart: bool) -> set[int]:
    """The numbers of the parts that are finished in a work folder, which is made where there is none.

    SettingsError, naming what differs, where they were made with other settings; ``restart`` throws them away.
    """
    if restart:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(exist_ok=True)
    manifest = folder / _MANIFEST
    if manifest.exists():
        check_settings(json.loads(manifest.read_text(encoding="utf-8")), settings, "an unfinished run")
    else:
        write_whole(manifest, json.dumps(settings).encode())
    return {int(path.stem) for path in folder.glob("*.part") if zipfile.is_zipfile(path)}


def is_begun(folder: Path) -> bool:
    """Whether a run has begun in a work folder."""
    return (folder / _MANIFEST).exists()


def check_settings(before: Settings, now: Settings, what: str) -> None:
    """SettingsError where the settings of earlier work differ."""
    differing = [key for key in now if before.get(key) != now[key]]
    if differing:
        raise SettingsError(
            f"{what} for this output had another {', '.join(differing)}; run it as before to go on, "
            "name another --out, or begin anew with --restart"
        )


def to_part(share: Share) -> bytes:
    """A share as the bytes of one file, a zip of its contents."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for addition, content in share.contents.items():
            archive.writestr(zipfile.ZipInfo(f"table{addition}"), content)
        archive.writestr(zipfile.ZipInfo(_MANIFEST), json.dumps([share.counts, share.remarks]))
    return buffer.getvalue()


def write_part(folder: Path, number: int, part: bytes) -> None:
    """Write a part; a kill at any time leaves it whole or absent."""
    write_whole(folder / f"{number:08d}.part", part)


def read_parts(folder: Path) -> Iterator[Share]:
    """All parts of a finished work folder, in their order."""
    paths = sorted(folder.glob("*.part"))
    for number, path in enumerate(paths):
        if int(path.stem) != number:
            raise ArchiveError(f"part {number} of {len(paths)} is missing from the work folder; run the command again")
        with zipfile.ZipFile(path) as archive:
            counts, remarks = json.loads(archive.read(_MANIFEST))
            names = [name for name in archive.namelist() if name != _MANIFEST]
            yield Share({name.removeprefix("table"): archive.read(name) for name in names}, counts, remarks)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under another name and move it into place."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    temporary.write_bytes(content)
    sync(temporary)
    temporary.replace(path)


def sync(path: Path) -> None:
    """Wait until a file is on the disk, so that it is whole wherever its new name is."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())
