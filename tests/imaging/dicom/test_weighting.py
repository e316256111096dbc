"""What a series is weighted for: times decide, words are the second witness."""

from dataclasses import replace

import pytest

from imaging.dicom.exclusion import find_exclusion, is_localizer, names_other_region
from imaging.dicom.record import SeriesFacts
from imaging.dicom.weighting import find_contrast
from imaging.geometry import Plane
from imaging.study import Weighting

PLAIN = SeriesFacts(
    study_uid="1", study_key="", folder="", input_folder="", series_uid="2", series_number=None,
    sop_class="1.2.840.10008.5.1.4.1.1.4", modality="MR", image_type=("ORIGINAL", "PRIMARY", "M"), samples=1,
    burned_in=False, lossy=False, description="", protocol="", body_part="", echo_time_ms=None,
    repetition_time_ms=None, inversion_time_ms=None, b_value=None, scanning_sequence=(),
    scan_options=(), contrast_agent="",
)  # fmt: skip


def facts(te=None, tr=None, ti=None, sequence=(), **others) -> SeriesFacts:
    return replace(
        PLAIN, echo_time_ms=te, repetition_time_ms=tr, inversion_time_ms=ti, scanning_sequence=sequence, **others
    )


BY_TIMES = [
    (facts(te=100, tr=3500, sequence=("SE",)), Weighting.T2),
    (facts(te=100), Weighting.T2),
    (facts(te=130, tr=1500), Weighting.T2),
    (facts(te=124, tr=1000, sequence=("SE",)), Weighting.T2),
    (facts(te=10, tr=600, sequence=("SE",)), Weighting.T1),
    (facts(te=29.9), Weighting.T1),
    (facts(te=15, tr=2500), Weighting.OTHER),
    (facts(te=45, tr=2500), Weighting.UNKNOWN),
    (facts(te=500, tr=4000), Weighting.OTHER),
    (facts(te=100, tr=900), Weighting.OTHER),
    (facts(te=60, tr=4000, ti=160), Weighting.STIR),
    (facts(te=60, tr=4000, sequence=("SE", "IR")), Weighting.STIR),
    (facts(te=12, tr=2000, ti=800), Weighting.T1),
    (facts(te=110, tr=9000, ti=2200), Weighting.OTHER),
    (facts(te=100, tr=3500, ti=0), Weighting.T2),
    (facts(te=15, tr=600, sequence=("GR",)), Weighting.UNKNOWN),
    (facts(te=80, tr=3500, sequence=("EP",)), Weighting.OTHER),
    (facts(te=80, tr=3500, b_value=500.0), Weighting.OTHER),
    (facts(), Weighting.UNKNOWN),
]


@pytest.mark.parametrize(("series", "weighting"), BY_TIMES)
def test_times_decide(series: SeriesFacts, weighting: Weighting) -> None:
    assert find_contrast(series).weighting is weighting


BY_WORDS = [
    ("T2", Weighting.T2), ("T1", Weighting.T1), ("t2_tse_sag", Weighting.T2), ("SAG T2W_TSE", Weighting.T2),
    ("SagT2 frFSE", Weighting.T2), ("sT1W_TSE", Weighting.T1), ("STIR_longTE", Weighting.STIR),
    ("t2_tirm_sag", Weighting.STIR), ("Ax T2*", Weighting.OTHER), ("t2star_tra", Weighting.OTHER),
    ("PD TSE", Weighting.OTHER), ("ep2d_diff_b500", Weighting.OTHER), ("T1/T2", Weighting.UNKNOWN),
    ("L-SPINE", Weighting.UNKNOWN), ("t12 level", Weighting.UNKNOWN), ("", Weighting.UNKNOWN),
]  # fmt: skip


@pytest.mark.parametrize(("words", "weighting"), BY_WORDS)
def test_words_decide_where_times_are_missing(words: str, weighting: Weighting) -> None:
    assert find_contrast(facts(description=words)).weighting is weighting
    assert find_contrast(facts(protocol=words)).weighting is weighting


def test_the_description_goes_before_the_protocol() -> None:
    assert find_contrast(facts(description="T1", protocol="T2")).weighting is Weighting.T1


def test_times_win_over_words_with_a_remark() -> None:
    found = find_contrast(facts(te=100, tr=3500, description="SAG T1"))
    assert (found.weighting, found.remarks) == (Weighting.T2, ("weighting-disagrees",))
    assert find_contrast(facts(te=100, tr=3500, description="SAG T2")).remarks == ()


def test_words_tell_stir_where_its_inversion_time_is_left_out() -> None:
    found = find_contrast(facts(te=70, tr=4000, description="STIR"))
    assert (found.weighting, found.fat_suppressed, found.remarks) == (Weighting.STIR, True, ())


@pytest.mark.parametrize(
    "series",
    [
        facts(te=100, scan_options=("FS",)),
        facts(te=100, image_type=("ORIGINAL", "PRIMARY", "DIXON", "WATER")),
        facts(te=100, image_type=("ORIGINAL", "PRIMARY", "W", "W")),
        *(facts(te=100, description=words) for words in ("T2 FS", "T2 fat sat", "t2_spair", "T2 SPIR", "t2_dixon_W")),
        *(facts(te=100, description=words) for words in ("t2_tse_dixon_sag_W", "WATER: T2", "T2 FAT SUP", "t2 fatsup")),
    ],
)
def test_fat_suppression(series: SeriesFacts) -> None:
    found = find_contrast(series)
    assert found.fat_suppressed and found.weighting is Weighting.T2
    assert not find_contrast(facts(te=100, description="T2 frFSE offset")).fat_suppressed


def test_a_fat_image_is_neither() -> None:
    for kind in (("M", "FAT"), ("F", "F"), ("M", "DIXON", "OPP_PHASE")):
        assert find_contrast(facts(te=100, image_type=("O", "P", *kind))).weighting is Weighting.OTHER
    for words in ("t2_dixon_F", "t2_tse_dixon_sag_F", "t2_dixon_sag_opp", "FAT: Sag T2 Flex", "T2W mDIXON TSE (F)"):
        assert find_contrast(facts(te=100, description=words)).weighting is Weighting.OTHER
    for words in ("t2_tse_dixon_sag_in", "InPhase: Sag T2 Flex", "Fat Sat T2", "T2 flex", "T2 mDIXON post op"):
        assert find_contrast(facts(te=100, description=words)).weighting is Weighting.T2


@pytest.mark.parametrize(
    ("agent", "words", "given"),
    [
        ("Gadovist", "", True), ("", "T1 +C", True), ("", "t1 post gad", True), ("", "T1 POST", True),
        ("", "T1 with contrast", True), ("", "T1 FS GD", True), ("", "T1 without contrast", False),
        ("", "T1 pre contrast", False), ("", "T1 w/o contrast", False), ("NONE", "T2", False),
        ("", "posterior", False), ("", "T2 post op", False), ("", "T2", False),
    ],
)  # fmt: skip
def test_contrast_agent(agent: str, words: str, given: bool) -> None:
    assert find_contrast(facts(contrast_agent=agent, description=words)).contrast_agent is given


def test_an_agent_that_the_description_denies_is_a_remark() -> None:
    found = find_contrast(facts(contrast_agent="Gadovist", description="T1 pre contrast"))
    assert found.contrast_agent and found.remarks == ("contrast-disagrees",)
    assert not find_contrast(facts(protocol="L SPINE W/WO CONTRAST")).contrast_agent


def test_a_single_shot_is_a_remark() -> None:
    assert find_contrast(facts(te=90, description="T2 HASTE")).remarks == ("single-shot",)


EXCLUDED = [
    (facts(sop_class="1.2.840.10008.5.1.4.1.1.7"), "secondary-capture", "SOPClassUID (0008,0016)"),
    (facts(sop_class="1.2.840.10008.5.1.4.1.1.7.4"), "secondary-capture", "SOPClassUID (0008,0016)"),
    (facts(sop_class="1.2.840.10008.5.1.4.1.1.2"), "not-mr", "SOPClassUID (0008,0016)"),
    (facts(sop_class="1.2.840.10008.5.1.4.1.1.88.67"), "not-mr", "SOPClassUID (0008,0016)"),
    (facts(sop_class="1.3.12.2.1107.19991231.1"), "not-mr", "SOPClassUID (0008,0016)"),
    (facts(modality="CT"), "not-mr", "Modality (0008,0060)"),
    (facts(samples=3), "colour", "SamplesPerPixel (0028,0002)"),
    (facts(burned_in=True), "burned-in", "BurnedInAnnotation (0028,0301)"),
    (facts(image_type=("ORIGINAL", "PRIMARY", "LOCALIZER")), "localizer", "ImageType (0008,0008)"),
    (facts(description="3-plane loc"), "localizer", ""),
    (facts(description="Survey"), "localizer", ""),
    (facts(image_type=("DERIVED", "SECONDARY", "MPR")), "derived", "ImageType (0008,0008)"),
    (facts(image_type=("ORIGINAL", "PRIMARY", "M", "ADC")), "derived", "ImageType (0008,0008)"),
    (facts(image_type=("DERIVED", "PRIMARY")), "derived", "ImageType (0008,0008)"),
    (facts(lossy=True, image_type=("DERIVED", "SECONDARY")), "derived", "ImageType (0008,0008)"),
    (facts(image_type=("DERIVED", "SECONDARY", "DIXON", "WATER")), "derived", "ImageType (0008,0008)"),
    (facts(image_type=("DERIVED", "PRIMARY", "MPR", "WATER")), "derived", "ImageType (0008,0008)"),
    (facts(description="T1 SUB"), "derived", ""),
    (facts(description="t2 MPR cor"), "derived", ""),
    (facts(image_type=("ORIGINAL", "PRIMARY", "P")), "phase", "ImageType (0008,0008)"),
    (facts(image_type=("ORIGINAL", "PRIMARY", "PHASE MAP", "P", "FFE")), "phase", "ImageType (0008,0008)"),
    (facts(image_type=("ORIGINAL", "PRIMARY", "I", "ND")), "phase", "ImageType (0008,0008)"),
    (facts(image_type=("ORIGINAL", "PRIMARY", "M", "ND", "COMPOSED")), "derived", "ImageType (0008,0008)"),
    (facts(image_type=("ORIGINAL", "PRIMARY", "M", "ND", "MOSAIC")), "derived", "ImageType (0008,0008)"),
]


@pytest.mark.parametrize(("series", "code", "tag"), EXCLUDED)
def test_what_is_no_usable_mr_image_is_left_out_with_a_reason(series: SeriesFacts, code: str, tag: str) -> None:
    found = find_exclusion(series)
    assert found is not None and (found.code, found.tag) == (code, tag)
    assert "19991231" not in found.reason


@pytest.mark.parametrize(
    "series",
    [
        PLAIN,
        facts(sop_class="1.2.840.10008.5.1.4.1.1.4.1", modality=""),
        facts(sop_class="1.2.840.10008.5.1.4.1.1.4.4"),
        facts(sop_class="", modality="", image_type=()),
        facts(lossy=True, image_type=("DERIVED", "PRIMARY", "M")),
        facts(image_type=("DERIVED", "PRIMARY", "W", "W", "DERIVED")),
        facts(image_type=("DERIVED", "PRIMARY", "DIXON", "IN_PHASE")),
        facts(description="T2 sag lumbar, local coil"),
    ],
)
def test_what_is_an_mr_image_is_not(series: SeriesFacts) -> None:
    assert find_exclusion(series) is None


def test_a_localizer_has_three_planes_of_few_slices() -> None:
    assert is_localizer({Plane.SAGITTAL: 5, Plane.AXIAL: 3, Plane.CORONAL: 1})
    assert not is_localizer({Plane.SAGITTAL: 6, Plane.AXIAL: 3, Plane.CORONAL: 1})
    assert not is_localizer({Plane.SAGITTAL: 5, Plane.AXIAL: 3})


def test_another_region_is_told_by_description_and_body_part() -> None:
    assert names_other_region(facts(description="T2 sag C-spine"))
    assert names_other_region(facts(body_part="TSPINE"))
    assert not names_other_region(facts(description="T2 sag lumbar", body_part="CSPINE"))
    assert not names_other_region(facts(description="T2 sag"))
