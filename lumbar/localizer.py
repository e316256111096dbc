"""The trained localizer that comes along, for the commands that find vertebrae themselves."""

import hashlib

from imaging.localizer.shipped import SHIPPED
from imaging.pipeline import Localize


def hash_weights() -> str:
    """The first 16 hex digits of the SHA-256 of the shipped weights."""
    return hashlib.sha256(SHIPPED.read_bytes()).hexdigest()[:16]


def make_localize() -> Localize:
    """The shipped localizer, loaded now, and torch with it."""
    from imaging.localizer.locate import to_localize
    from imaging.localizer.weights import read_localizer

    return to_localize(read_localizer(SHIPPED))
