"""The weights that come along: on a phantom, and on real volumes where they are at hand."""

import json
from pathlib import Path

import numpy as np
import pytest

from imaging.localizer.locate import locate, to_thinned
from imaging.localizer.shipped import SHIPPED
from imaging.localizer.unet import UNet
from imaging.localizer.weights import read_localizer
from imaging.volume_files import read_file_volume
from tests.imaging.random_volumes import make_volume

VOLUMES = Path(__file__).parents[3] / "../shared/data/vertebra_volumes"
NAMES = ("T10", "T11", "T12", "L1", "L2", "L3", "L4", "L5", "S1")
LOWEST = {"VB1_11_DzZ_T2": "S1", "VB2_02": "L5"}


@pytest.fixture(scope="module")
def network() -> UNet:
    return read_localizer(SHIPPED)


def test_the_weights_are_small_and_say_where_they_come_from() -> None:
    assert SHIPPED.stat().st_size < 25_000_000
    recipe = json.loads(SHIPPED.with_suffix(".json").read_text(encoding="utf-8"))
    assert {"network", "data", "stages", "figures", "limits"} <= set(recipe)
    assert all(source["licence"] for source in recipe["data"].values())


@pytest.mark.parametrize("name", LOWEST)
def test_every_vertebra_of_a_real_volume_is_named_and_near(name: str, network: UNet) -> None:
    pytest.importorskip("nibabel")
    image, mask = (VOLUMES / f"{name}_{kind}.nii.gz" for kind in ("img", "seg"))
    if not image.is_file():
        pytest.skip("no ../shared/data/vertebra_volumes beside the repository")
    found = locate(name, read_file_volume(image), network)
    truth = to_truth(mask, LOWEST[name])
    errors = {
        structure: float(np.linalg.norm(point - truth[structure]))
        for structure, point in zip(found.structures, found.points, strict=True)
        if structure in truth
    }
    assert set(errors) >= {"T12", "L1", "L2", "L3", "L4", "L5"}
    assert np.median(list(errors.values())) < 2 and max(errors.values()) < 5


def to_truth(mask: Path, lowest: str) -> dict[str, np.ndarray]:
    volume = read_file_volume(mask)
    labels = np.asarray(volume.voxels)
    centroids = [
        volume.to_points(np.argwhere(labels == label)[:, ::-1].mean(axis=0, keepdims=True))[0]
        for label in np.unique(labels)
        if label
    ]
    upwards = sorted(centroids, key=lambda point: point[2])
    named = NAMES[: NAMES.index(lowest) + 1][::-1]
    return dict(zip(named, upwards, strict=False))


def test_a_thin_volume_is_thinned_and_stays_in_place() -> None:
    volume = make_volume(np.random.default_rng(0), (20, 8, 8), (1.0, 1.0, 1.0), np.zeros(3))
    thin = to_thinned(volume, 3.5)
    assert len(thin.voxels) == 7
    assert thin.to_points(np.array([2.0, 3.0, 4.0])) == pytest.approx(volume.to_points(np.array([2.0, 3.0, 12.0])))
    assert to_thinned(thin, 3.5).voxels.shape == (7, 8, 8)
