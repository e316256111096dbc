"""What the UIDs, the file names and the noise of a study are made from."""

from dataclasses import dataclass

import numpy as np
from pydicom.uid import generate_uid


@dataclass(frozen=True)
class StudyKey:
    """The name of a study and its seed: equal keys give equal studies."""

    study_id: str
    seed: int

    def to_uid(self, *parts: object) -> str:
        """A UID that depends on the key and on the parts only."""
        return str(generate_uid(entropy_srcs=["/".join(map(str, (self.study_id, self.seed, *parts)))]))

    def to_generator(self, *numbers: int) -> np.random.Generator:
        """A generator that depends on the seed and on the numbers, from 1, only."""
        return np.random.default_rng([self.seed, *numbers])
