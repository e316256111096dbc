"""Imports point one way, and the library packages keep to themselves: no print, no command line, no socket."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

LAW: dict[str, tuple[str, ...]] = {
    "lexicons": (),
    "reportparse": ("lexicons",),
    "imaging": ("lexicons",),
    "training": ("lexicons", "imaging", "reportparse.label_table"),
    "lumbar": ("lexicons", "reportparse", "imaging", "training"),
}
LIBRARIES = [name for name in LAW if name != "lumbar"]

EDGE_MODULES = {
    "argparse", "click", "ftplib", "getopt", "http.client", "http.server", "httpx", "requests", "rich", "smtplib",
    "socket", "socketserver", "ssl", "urllib.request",
}  # fmt: skip
EDGE_NAMES = {"sys.argv", "sys.stdin", "sys.stdout", "sys.stderr", "os.environ", "os.getenv"}


def imported_modules(tree: ast.AST) -> Iterator[str]:
    """Every name a file imports, dotted: both `a.b` and, where it may be a module, `a.b.c` of `from a.b import c`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_within(name: str, modules: tuple[str, ...]) -> bool:
    return any(name == module or name.startswith(module + ".") for module in modules)


def unlawful_imports(source: str, package: str) -> list[str]:
    """The imports from our own packages that the law forbids to this one."""
    names = imported_modules(ast.parse(source))
    ours = [name for name in names if name.partition(".")[0] in LAW]
    return [name for name in ours if not is_within(name, (package, *LAW[package]))]


def edge_uses(source: str) -> list[str]:
    """What in a file speaks to the terminal, the command line, the environment or the network."""
    tree = ast.parse(source)
    found = [name for name in imported_modules(tree) if is_within(name, tuple(EDGE_MODULES | EDGE_NAMES))]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"print", "input"}:
            found.append(node.func.id)
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in EDGE_NAMES:
            found.append(ast.unparse(node))
    return found


def files_of(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def modules_loaded_by(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*sorted(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(run.stdout.split())


@pytest.mark.parametrize("package", LAW)
def test_imports_point_one_way(package: str) -> None:
    faults = {
        str(path.relative_to(ROOT)): names
        for path in files_of(package)
        if (names := unlawful_imports(path.read_text(encoding="utf-8"), package))
    }
    assert faults == {}


@pytest.mark.parametrize("package", LIBRARIES)
def test_library_packages_keep_to_themselves(package: str) -> None:
    faults = {
        str(path.relative_to(ROOT)): names
        for path in files_of(package)
        if (names := edge_uses(path.read_text(encoding="utf-8")))
    }
    assert faults == {}


@pytest.mark.parametrize("package", ["lexicons", "reportparse"])
def test_torch_is_not_imported_by_the_report_half(package: str) -> None:
    for path in files_of(package):
        names = imported_modules(ast.parse(path.read_text(encoding="utf-8")))
        assert not [name for name in names if is_within(name, ("torch", "torchvision"))], path.name


def test_importing_reportparse_loads_neither_torch_nor_spacy() -> None:
    assert not modules_loaded_by("import reportparse") & {"torch", "spacy"}


def test_the_vocabulary_needs_the_standard_library_only() -> None:
    loaded = {name.partition(".")[0] for name in modules_loaded_by("import lexicons.vocabulary")}
    before = {name.partition(".")[0] for name in modules_loaded_by("")}
    assert loaded - before <= {"lexicons", *sys.stdlib_module_names}


@pytest.mark.parametrize(
    ("source", "package", "names"),
    [
        ("import reportparse.pipeline", "lexicons", ["reportparse.pipeline"]),
        ("from lumbar import console", "reportparse", ["lumbar.console"]),
        ("def f():\n    from imaging.geometry import frame", "reportparse", ["imaging.geometry.frame"]),
        ("from reportparse.pipeline import parse_report", "training", ["reportparse.pipeline.parse_report"]),
        ("from reportparse import label_table", "training", []),
        ("from reportparse.label_table import read_label_table", "training", []),
        ("from lexicons.vocabulary import Level\nimport numpy", "imaging", []),
    ],
)
def test_the_law_is_read_from_the_source(source: str, package: str, names: list[str]) -> None:
    assert unlawful_imports(source, package) == names


@pytest.mark.parametrize(
    "source",
    [
        "print(1)",
        "import sys\nx = sys.argv[1:]",
        "from sys import argv",
        "import socket",
        "from urllib.request import urlopen",
        "from urllib import request",
        "import click",
        "import os\nx = os.environ['HOME']",
    ],
)
def test_edges_are_seen_in_the_source(source: str) -> None:
    assert edge_uses(source)


def test_plain_calls_are_not_edges() -> None:
    assert edge_uses("import sys\nlog.info('x')\nself.print()\nsys.intern('x')\nfrom urllib.parse import quote") == []
