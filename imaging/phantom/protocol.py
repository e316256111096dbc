"""What a scanner does with a lumbar spine: its make, its pulse sequences, and how a technologist lays the slices."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from imaging.study import Weighting
from lexicons.vocabulary import Level, LEVELS

Triple = tuple[float, float, float]


class AxialLayout(StrEnum):
    """How axial slices are laid on the discs."""

    STACKS = "stacks"
    BLOCK = "block"
    BLOCK_AND_ANGLED = "block-and-angled"


@dataclass(frozen=True)
class ScannerModel:
    """The machine, and what its maker writes into headers."""

    manufacturer: str
    model: str
    field_t: float
    image_type: tuple[str, ...]
    localizer_type: tuple[str, ...]
    names: tuple[str, str, str]
    """SeriesDescription of T2, T1 and STIR; ``{plane}`` is replaced."""


@dataclass(frozen=True)
class PulseSequence:
    """What an MR series is weighted for and by which times, in ms."""

    weighting: Weighting
    repetition_ms: float
    echo_ms: float
    inversion_ms: float | None = None
    echo_train: int = 1
    fat_suppressed: bool = False
    contrast_agent: bool = False


@dataclass(frozen=True)
class SlicePlan:
    """The slices typed in: matrix (rows, columns), pixels (between rows, between columns), thickness, gap, number."""

    matrix: tuple[int, int]
    pixel_mm: tuple[float, float]
    thickness_mm: float
    gap_mm: float
    slices: int

    @property
    def step_mm(self) -> float:
        """From the middle of a slice to the middle of the next."""
        return self.thickness_mm + self.gap_mm


@dataclass(frozen=True)
class LayError:
    """By how much slices are laid beside the anatomy: a rotation vector (degrees, LPS axes) and a shift (mm)."""

    turn_deg: Triple = (0.0, 0.0, 0.0)
    shift_mm: Triple = (0.0, 0.0, 0.0)


NO_ERROR = LayError()


@dataclass(frozen=True)
class Protocol:
    """All that is decided before the patient is scanned. ``covered``: the discs that axial slices are laid on."""

    scanner: ScannerModel
    sagittal: SlicePlan
    axial: SlicePlan
    sagittal_sequences: tuple[PulseSequence, ...]
    axial_sequences: tuple[PulseSequence, ...]
    layout: AxialLayout
    covered: tuple[Level, ...]
    sagittal_error: LayError = NO_ERROR
    axial_errors: tuple[LayError, ...] = (NO_ERROR,) * len(LEVELS)
    stack_slices: tuple[int, ...] = (5,) * len(LEVELS)
    localizer: bool = False
    screenshot: bool = False


@dataclass(frozen=True)
class ProtocolSettings:
    """What of a protocol is asked for; None is drawn.

    ``matrix_scale`` multiplies every matrix at the same field of view (small studies for tests). ``anisotropic``:
    pixels whose sides differ.
    """

    layout: AxialLayout | None = None
    matrix_scale: float = 1.0
    anisotropic: bool | None = None
    stir: bool | None = None
    axial_t1: bool | None = None
    contrast_agent: bool | None = None
    localizer: bool | None = None
    screenshot: bool | None = None


ALL_DRAWN = ProtocolSettings()

_MADE = ("ORIGINAL", "PRIMARY")

SCANNER_MODELS: tuple[ScannerModel, ...] = (
    ScannerModel("SIEMENS", "Aera", 1.5, (*_MADE, "M", "NORM", "DIS2D"), (*_MADE, "M", "NORM"),
                 ("t2_tse_{plane}", "t1_tse_{plane}", "t2_tirm_{plane}")),
    ScannerModel("SIEMENS", "Skyra", 3.0, (*_MADE, "M", "ND"), (*_MADE, "M", "ND"),
                 ("T2 {plane} TSE", "T1 {plane} TSE", "STIR {plane}")),
    ScannerModel("GE MEDICAL SYSTEMS", "SIGNA HDxt", 1.5, (*_MADE, "OTHER"), (*_MADE, "OTHER"),
                 ("{plane} T2 FRFSE", "{plane} T1 FSE", "{plane} STIR")),
    ScannerModel("Philips Medical Systems", "Ingenia", 1.5, (*_MADE, "M_SE", "M", "SE"), (*_MADE, "M_FFE", "M", "FFE"),
                 ("T2W_TSE {plane}", "T1W_TSE {plane}", "STIR_TSE {plane}")),
    ScannerModel("Philips Medical Systems", "Achieva", 3.0, (*_MADE, "M_SE", "M", "SE"), (*_MADE, "M_FFE", "M", "FFE"),
                 ("T2 {plane}", "T1 {plane}", "STIR {plane}")),
    ScannerModel("TOSHIBA_MEC", "MRT200PP3", 1.5, _MADE, (*_MADE, "LOCALIZER"),
                 ("{plane} T2", "{plane} T1", "{plane} STIR")),
)  # fmt: skip
"""Makes and models of the kind found in multi-centre collections; the header values are written from experience."""


def draw_protocol(rng: np.random.Generator, settings: ProtocolSettings = ALL_DRAWN) -> Protocol:
    """A scanner, sequences and slices as a radiology department may have them."""
    scanner = SCANNER_MODELS[rng.integers(len(SCANNER_MODELS))]
    t2, t1, stir = _draw_sequences(rng, scanner)
    wants_stir, wants_axial_t1, wants_agent, localizer, screenshot = (
        bool(rng.random() < chance) if asked is None else asked
        for asked, chance in (
            (settings.stir, 0.4), (settings.axial_t1, 0.2), (settings.contrast_agent, 0.05), (settings.localizer, 0.5),
            (settings.screenshot, 0.2),
        )
    )  # fmt: skip
    after_agent = (replace(t1, contrast_agent=True),) if wants_agent else ()
    layout = AxialLayout(rng.choice(list(AxialLayout), p=(0.65, 0.15, 0.2)))
    sagittal, axial = _draw_plans(rng, settings)
    return Protocol(
        scanner=scanner,
        sagittal=sagittal,
        axial=axial,
        sagittal_sequences=(t2, t1, *((stir,) if wants_stir else ()), *after_agent),
        axial_sequences=(t2, t1) if wants_axial_t1 else (t2,),
        layout=settings.layout or layout,
        covered=LEVELS[rng.choice(3, p=(0.3, 0.5, 0.2)) :],
        sagittal_error=_draw_error(rng, 1.5, 3.0),
        axial_errors=tuple(_draw_error(rng, 3.0, 2.5) for _ in LEVELS),
        stack_slices=tuple(int(n) for n in rng.integers(3, 8, len(LEVELS))),
        localizer=localizer,
        screenshot=screenshot,
    )


def _draw_sequences(
    rng: np.random.Generator, scanner: ScannerModel
) -> tuple[PulseSequence, PulseSequence, PulseSequence]:
    inversion = 150.0 if scanner.field_t < 2 else 210.0
    tr2, te2, tr1, te1, trs, tes = (
        round(float(rng.uniform(low, high)), 1)
        for low, high in ((2500, 5000), (80, 120), (400, 700), (8, 15), (3000, 5000), (35, 70))
    )
    return (
        PulseSequence(Weighting.T2, tr2, te2, echo_train=int(rng.integers(12, 30))),
        PulseSequence(Weighting.T1, tr1, te1, echo_train=int(rng.integers(2, 5))),
        PulseSequence(Weighting.STIR, trs, tes, inversion, echo_train=int(rng.integers(8, 16)), fat_suppressed=True),
    )


def _draw_plans(rng: np.random.Generator, settings: ProtocolSettings) -> tuple[SlicePlan, SlicePlan]:
    ratio = float(rng.choice([1.0, 0.8, 1.3], p=(0.8, 0.1, 0.1)))
    if settings.anisotropic is not None:
        ratio = 1.25 if settings.anisotropic else 1.0
    sagittal = _to_plan(
        fov_mm=float(rng.uniform(260, 320)), columns=int(rng.choice([320, 384, 448, 512])), ratio=ratio,
        thickness=float(rng.choice([3.0, 3.5, 4.0, 4.5, 5.0])), gap_share=float(rng.choice([0.0, 0.1, 0.2])),
        slices=int(rng.integers(13, 20)), scale=settings.matrix_scale,
    )  # fmt: skip
    axial = _to_plan(
        fov_mm=float(rng.uniform(160, 210)), columns=int(rng.choice([256, 320, 384, 512])), ratio=ratio,
        thickness=float(rng.choice([3.0, 3.5, 4.0, 5.0])), gap_share=float(rng.choice([0.0, 0.1, 0.25])),
        slices=30, scale=settings.matrix_scale,
    )  # fmt: skip
    return sagittal, axial


def _to_plan(
    fov_mm: float, columns: int, ratio: float, thickness: float, gap_share: float, slices: int, scale: float
) -> SlicePlan:
    columns = round(columns * scale / 2) * 2
    rows = round(columns / ratio / 2) * 2
    pixel = (round(fov_mm / rows, 6), round(fov_mm / columns, 6))
    return SlicePlan((rows, columns), pixel, thickness, round(thickness * gap_share, 3), slices)


def _draw_error(rng: np.random.Generator, turn_deg: float, shift_mm: float) -> LayError:
    turn = rng.normal(0.0, turn_deg, 3) * (1.0, 0.5, 0.5)
    shift = rng.normal(0.0, shift_mm, 3)
    return LayError((float(turn[0]), float(turn[1]), float(turn[2])), (float(shift[0]), float(shift[1]), 0.0))
