"""What localizing gives of a study."""

from typing import NamedTuple, TYPE_CHECKING

if TYPE_CHECKING:
    from imaging.landmarks import Landmarks
    from imaging.refusal import Refusal


class Located(NamedTuple):
    """The landmarks of one study, or why it has none."""

    landmarks: "Landmarks | None"
    refusals: "tuple[Refusal, ...]"
