"""The arguments of each command of the demo, as they would be typed."""

from lumbar.demo.chosen import choose_study
from lumbar.demo.places import Places
from lumbar.demo.settings import DemoSettings, TINY_RECIPE, to_set_options

LEAST_MATRIX_SCALE = 0.4

ID_FROM = ("--study-id-from", "AccessionNumber")


def to_parse(places: Places, settings: DemoSettings) -> tuple[str, ...]:
    """`lumbar parse` of the reports."""
    return ("parse", str(places.reports), "--out", str(places.labels))


def to_audit(places: Places, settings: DemoSettings) -> tuple[str, ...]:
    """`lumbar audit` of the labels, by style of writing."""
    draws = ("--bootstrap", str(settings.bootstrap), "--errors", "0")
    return ("audit", str(places.labels), str(places.gold), "--strata", "style", "--out", str(places.audit), *draws)


def to_localize(places: Places, settings: DemoSettings) -> tuple[str, ...]:
    """`lumbar localize` of all studies by the trained localizer; a quick demo's images are too small for it."""
    if settings.matrix_scale < LEAST_MATRIX_SCALE:
        return ("localize", "--landmarks", str(places.true_landmarks), "--out", str(places.landmarks))
    jobs = ("--jobs", str(settings.jobs)) if settings.jobs else ()
    return ("localize", str(places.studies), "--out", str(places.landmarks), *ID_FROM, *jobs)


def to_volumes(places: Places, settings: DemoSettings) -> tuple[str, ...]:
    """`lumbar volumes build` of all studies."""
    landmarks = ("--landmarks", str(places.landmarks))
    jobs = ("--jobs", str(settings.jobs)) if settings.jobs else ()
    return ("volumes", "build", str(places.studies), *landmarks, "--out", str(places.volumes), *ID_FROM, *jobs)


def to_train(places: Places, settings: DemoSettings) -> tuple[str, ...]:
    """`lumbar train` of the tiny grader on the processor."""
    chosen = {**TINY_RECIPE, "run.epochs": str(settings.epochs), "run.seed": str(settings.seed)}
    options = to_set_options(chosen)
    return ("train", "--labels", str(places.labels), "--store", str(places.volumes), "--out", str(places.run), *options)


def to_evaluate(places: Places, settings: DemoSettings) -> tuple[str, ...]:
    """`lumbar evaluate` of the run on its test part, by the labels that were parsed from reports."""
    return ("evaluate", str(places.run), "--device", "cpu", "--bootstrap", str(settings.bootstrap))


def to_evaluate_on_truth(places: Places, settings: DemoSettings) -> tuple[str, ...]:
    """The same by the phantom's own grades, which no report has blurred."""
    return (*to_evaluate(places, settings), "--labels", str(places.grades), "--out", str(places.truth))


def to_explain(places: Places, settings: DemoSettings) -> tuple[str, ...]:
    """`lumbar explain` of the chosen study's report."""
    study = choose_study(places)
    return ("explain", "--archive", str(places.reports), "--study", study, "--page", str(places.explained))


def to_preview(places: Places, settings: DemoSettings) -> tuple[str, ...]:
    """`lumbar volumes preview` of the chosen study."""
    study, landmarks = places.studies / choose_study(places), ("--landmarks", str(places.landmarks))
    return ("volumes", "preview", str(study), *landmarks, "--out", str(places.sheets), *ID_FROM)


def to_grade(places: Places, settings: DemoSettings) -> tuple[str, ...]:
    """`lumbar grade` of the chosen study, from its files and not from the store."""
    study, landmarks = places.studies / choose_study(places), ("--landmarks", str(places.landmarks))
    run = ("--run", str(places.run), "--device", "cpu")
    return ("grade", str(study), *run, *landmarks, "--out", str(places.graded), *ID_FROM)
