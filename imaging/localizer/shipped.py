"""Where the trained weights lie that come with the package."""

from pathlib import Path

SHIPPED = Path(__file__).parent / "vertebrae.safetensors"
"""``vertebrae.json`` beside it says how they were made, from what, and how good they are."""
