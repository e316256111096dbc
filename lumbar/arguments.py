"""Arguments that several commands have."""

from pathlib import Path

import click

INPUT = click.Path(exists=True, readable=False, path_type=Path)
"""What may hold images; what cannot be read of it is refused by the scan, which names no file."""
