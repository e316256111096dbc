"""The words of the reports: written from what lumbar MRI reports are like, and on purpose not from the parser's tables.

A writer that drew on the parser's own phrases would measure the parser on what it knows.
"""

from dataclasses import dataclass

GRADE_WORDS: dict[str, tuple[str, ...]] = {
    "1": ("mild", "mild", "mild", "slight", "minor", "minimal"),
    "2": ("moderate",),
    "3": ("severe", "severe", "severe", "marked", "high-grade", "critical"),
    "1-2": ("mild to moderate", "mild-to-moderate", "mild/moderate"),
    "2-3": ("moderate to severe", "moderate-to-severe", "moderately severe"),
}
GRADE_ADVERBS: dict[str, tuple[str, ...]] = {
    "1": ("mildly", "slightly", "minimally"),
    "2": ("moderately",),
    "3": ("severely", "markedly", "critically"),
    "1-2": ("mildly to moderately",),
    "2-3": ("moderately to severely",),
}
GRADE_SHORT: dict[str, tuple[str, ...]] = {
    "1": ("mild",),
    "2": ("mod", "moderate", "mod."),
    "3": ("severe", "sev", "sev."),
    "1-2": ("mild-mod", "mild to mod"),
    "2-3": ("mod-severe", "mod to severe"),
}


@dataclass(frozen=True)
class Structure:
    """How a part of the spine is named; ``{side}`` is left, right or bilateral.

    ``adjectives`` stand before "stenosis". ``one`` and ``both`` stand alone, with an article where they need one.
    """

    adjectives: tuple[str, ...]
    one: tuple[str, ...]
    both: tuple[str, ...]
    short: tuple[str, ...]


CANAL = Structure(
    ("spinal canal", "central canal", "canal", "central spinal", "central"),
    ("the spinal canal", "the central canal", "the canal", "the thecal sac"),
    (),
    ("CCS", "central stenosis", "canal stenosis", "canal narrowing"),
)
FORAMEN = Structure(
    ("{side} foraminal", "{side} neural foraminal", "{side} neuroforaminal"),
    ("the {side} neural foramen", "the {side} foramen", "the {side} exit foramen"),
    ("both neural foramina", "both foramina", "the neural foramina bilaterally", "the exit foramina on both sides"),
    ("{side} NF narrowing", "{side} foraminal stenosis", "{side} NFN"),
)
RECESS = Structure(
    ("{side} lateral recess", "{side} subarticular recess", "{side} subarticular zone"),
    ("the {side} lateral recess", "the {side} subarticular zone"),
    ("both lateral recesses", "the lateral recesses bilaterally"),
    ("{side} LR stenosis", "{side} lateral recess narrowing"),
)

NOUN_PHRASES: dict[str, tuple[str, ...]] = {
    "graded": ("{grade} {adjective} stenosis", "{grade} {adjective} narrowing", "{grade} narrowing of {the}",
               "{grade} {adjective} compromise"),
    "0": ("no {adjective} stenosis", "no {adjective} narrowing", "no significant {adjective} stenosis",
          "no evidence of {adjective} stenosis", "no compromise of {the}"),
    "P": ("{adjective} stenosis", "{adjective} narrowing", "narrowing of {the}", "encroachment on {the}"),
    "0-1u": ("no more than mild {adjective} stenosis", "at most mild {adjective} narrowing",
             "no moderate or severe {adjective} stenosis", "not more than mild narrowing of {the}"),
    "0-2u": ("no severe {adjective} stenosis", "no high-grade {adjective} stenosis",
             "no severe narrowing of {the}"),
    "2-3u": ("at least moderate {adjective} stenosis", "{adjective} narrowing of at least moderate degree",
             "at least moderate narrowing of {the}"),
}  # fmt: skip
SENTENCES: dict[str, tuple[str, ...]] = {
    "graded": ("{the} {is_are} {gradely} narrowed", "{adjective} stenosis is {grade}",
               "{the} {is_are} {gradely} stenotic", "there is {grade} {adjective} stenosis"),
    "0": ("{the} {is_are} patent", "{the} {is_are} adequate", "{the} {is_are} not narrowed",
          "{the} {is_are} well maintained", "there is no {adjective} stenosis", "{the} {is_are} unremarkable"),
    "P": ("{the} {is_are} narrowed", "{the} {is_are} stenotic", "there is narrowing of {the}",
          "there is {adjective} stenosis"),
    "0-1u": ("{adjective} narrowing is no more than mild", "{the} {is_are} at most mildly narrowed",
             "there is no more than mild {adjective} stenosis"),
    "0-2u": ("{the} {is_are} not severely narrowed", "there is no severe {adjective} stenosis"),
    "2-3u": ("{adjective} stenosis is at least moderate", "there is at least moderate {adjective} narrowing"),
}  # fmt: skip
SHORT: dict[str, tuple[str, ...]] = {
    "graded": ("{grade} {short}",),
    "0": ("no {short}",),
    "P": ("{short} present", "there is {short}"),
    "0-1u": ("no more than mild {short}", "at most mild {short}"),
    "0-2u": ("no severe {short}",),
    "2-3u": ("at least mod {short}", "at least moderate {short}"),
}

TWO_SIDES = (
    "{grade} left and {other} right {noun} narrowing",
    "{grade} narrowing of the left and {other} narrowing of the right {one}",
)
TWO_SIDES_SENTENCES = (
    "{noun} narrowing is {grade} on the left and {other} on the right",
    "there is {grade} left and {other} right {noun} stenosis",
)
TWO_SIDES_SHORT = ("{noun} narrowing {grade} L, {other} R", "{grade} L and {other} R {noun} stenosis")

ALL_PATENT = (
    "no canal or foraminal stenosis",
    "no central canal or neural foraminal narrowing",
    "no significant spinal canal or foraminal compromise",
)
ALL_PATENT_SENTENCES = (
    "the canal and neural foramina are patent",
    "there is no central canal stenosis or foraminal narrowing",
    "the canal and both foramina are adequate",
)
NORMAL_LEVEL = ("normal", "unremarkable", "no abnormality at this level")
REMAINING = (
    "The remaining levels show no canal or foraminal stenosis.",
    "No spinal canal or neural foraminal narrowing at the other levels.",
    "Elsewhere in the lumbar spine the canal and foramina are patent.",
    "At all other levels there is no significant central or foraminal stenosis.",
)

DISC = (
    "broad-based disc bulge", "diffuse disc bulge", "disc desiccation", "small central disc protrusion",
    "disc bulge with annular fissure", "severe loss of disc height", "mild disc height loss and endplate spurring",
    "disc osteophyte complex", "circumferential bulge", "moderate disc degeneration",
)  # fmt: skip
NORMAL_DISC = ("normal disc height and signal", "no disc herniation", "minor disc desiccation", "preserved disc height")
JOINTS = (
    "mild facet arthropathy", "moderate facet hypertrophy", "severe facet arthropathy", "ligamentum flavum thickening",
    "bilateral facet degeneration", "advanced facet joint disease with ligamentum flavum buckling",
)  # fmt: skip

TITLES = (
    "MRI LUMBAR SPINE WITHOUT CONTRAST", "MR lumbar spine", "EXAM: MRI of the lumbosacral spine",
    "Procedure: MRI lumbar spine, non-contrast",
)  # fmt: skip
HISTORIES = (
    "Low back pain.", "Neurogenic claudication, query severe stenosis at L4-L5.", "Left leg pain for six months.",
    "Back pain and right radiculopathy; rule out canal stenosis.", "Known moderate canal stenosis, worsening symptoms.",
    "Pain radiating to both legs, evaluate for foraminal stenosis.",
)  # fmt: skip
TECHNIQUES = (
    "Sagittal T1 and T2 and axial T2 weighted images.", "Multiplanar, multisequence imaging without contrast.",
    "Sagittal T1, T2 and STIR, axial T2 through the discs.",
)  # fmt: skip
COMPARISONS = ("None.", "None available.", "Radiographs of the lumbar spine.", "Outside MRI, images not available.")
GENERAL = (
    "Lumbar lordosis is maintained.", "Vertebral body heights are preserved.", "Marrow signal is within normal limits.",
    "The conus ends at L1 and is normal in signal.", "No fracture.", "The paraspinal soft tissues are unremarkable.",
    "Type 2 endplate change at L5-S1.", "Mild dextroconvex curvature of the lumbar spine.",
    "A small haemangioma in L3.", "Five lumbar type vertebrae are assumed.",
)  # fmt: skip
NO_SUMMARY = ("Degenerative change as described.", "Mild degenerative disease, as above.", "Please see the findings.")
SUMMARISED = (
    "Multilevel degenerative change, detailed by level in the impression.",
    "Disc and facet degeneration as set out below.",
    "Levels are described in the conclusion.",
)
FINDINGS_HEADINGS = ("FINDINGS:", "Findings:", "REPORT:")
IMPRESSION_HEADINGS = ("IMPRESSION:", "Impression:", "CONCLUSION:", "Opinion:")
LEVEL_NAMES = ("{0}-{1}", "{0}-{1}", "{0}/{1}", "{0}/{2}", "{0}-{2}")
