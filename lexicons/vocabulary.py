"""The words every package shares: Level, Task, Grade, View.

Standard library only, so that anything may import it for nothing.
"""

from enum import IntEnum, StrEnum


class Level(StrEnum):
    """The six lumbar disc levels, head to foot."""

    T12_L1 = "T12-L1"
    L1_L2 = "L1-L2"
    L2_L3 = "L2-L3"
    L3_L4 = "L3-L4"
    L4_L5 = "L4-L5"
    L5_S1 = "L5-S1"


class Task(StrEnum):
    """What is graded at a level.

    SCS, LFS and RFS are the tasks of DeepSPINE (Lu et al. 2018): spinal canal stenosis, left and right neural
    foraminal stenosis. LSS and RSS, left and right subarticular (lateral recess) stenosis, complete the five
    conditions of RSNA 2024. Left and right are the patient's.
    """

    SCS = "SCS"
    LFS = "LFS"
    RFS = "RFS"
    LSS = "LSS"
    RSS = "RSS"


class Grade(IntEnum):
    """Severity of a stenosis."""

    NORMAL = 0
    MILD = 1
    MODERATE = 2
    SEVERE = 3


class View(StrEnum):
    """The two planes a disc is cut in."""

    AXIAL = "axial"
    SAGITTAL = "sagittal"


LEVELS: tuple[Level, ...] = tuple(Level)
TASKS: tuple[Task, ...] = tuple(Task)

MIRRORED_TASK: dict[Task, Task] = {
    Task.SCS: Task.SCS,
    Task.LFS: Task.RFS,
    Task.RFS: Task.LFS,
    Task.LSS: Task.RSS,
    Task.RSS: Task.LSS,
}
"""The task that a task becomes when the patient is seen in a mirror."""
