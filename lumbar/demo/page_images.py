"""The image half of the demo's page: what was located and cut, how large it is, what was refused."""

import json

import pandas as pd

from lumbar.demo.page_parts import section
from lumbar.demo.places import Places
from lumbar.pages.html import element, Html, join, picture, table


def to_images_section(places: Places, study: str) -> Html:
    """The contact sheet of a study, and the store's counts."""
    sheet = (places.sheets / f"{study}.png").read_bytes()
    caption = f"{study}: centroids, curve and disc planes, and the views of each disc; L and R are the patient's."
    lead = (
        "One sagittal T2 series is chosen, a curve is fitted to the vertebrae, and each disc is cut out along its own "
        "plane from all series that show it."
    )
    shown = element("figure", None, picture(sheet, caption, "sheet"), element("figcaption", None, caption))
    return section("images", "Volumes", lead, shown, _to_store(places))


def _to_store(places: Places) -> Html:
    counts = json.loads((places.volumes / "summary.json").read_text(encoding="utf-8"))
    files = [path.stat().st_size for path in places.studies.rglob("*") if path.is_file()]
    rows = [
        ["DICOM files read", f"{len(files)}, {sum(files) / 1e6:.0f} MB"],
        ["Studies", str(counts["studies"])],
        ["Discs", str(counts["discs"])],
        ["  without axial images", str(counts["discs_without_axial"])],
        ["Volume store", f"{counts['voxel_bytes'] / 1e6:.1f} MB"],
    ]
    return join(table("The volume store", ("", ""), rows, "grades"), _to_refused(places))


def _to_refused(places: Places) -> Html:
    path = places.volumes / "refused.csv"
    refused = pd.read_csv(path, dtype="string") if path.exists() else pd.DataFrame(columns=["code", "reason"])
    if not len(refused):
        return element("p", None, "Nothing was refused.")
    groups = refused.groupby("code", sort=True)
    rows = [[str(code), str(len(rows)), str(rows["reason"].iloc[0])] for code, rows in groups]
    return table("Refused, with the reason", ("Code", "Count", "For example"), rows, "words")
