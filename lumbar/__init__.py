"""The lumbar command."""
