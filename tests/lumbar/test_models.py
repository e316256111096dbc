"""`lumbar models` lists every grader with what a user needs to choose one."""

from click.testing import CliRunner

from lumbar.main import main
from training.describe_models import describe_models
from training.models import MODELS


def test_every_model_is_listed_with_what_it_is_for() -> None:
    result = CliRunner().invoke(main, ["models"])
    assert result.exit_code == 0
    blocks = result.output.strip().split("\n\n")
    assert [block.splitlines()[0] for block in blocks] == [model.name for model in MODELS]
    for block, model in zip(blocks, MODELS, strict=True):
        assert model.paper in block
        assert len(block.splitlines()[1].strip()) > 20
        assert " x ".join(map(str, model.axial.samples)) in block
        assert " x ".join(map(str, model.sagittal.samples)) in block
    assert "48.87 M" in blocks[0]


def test_parameters_are_counted_without_making_weights() -> None:
    built = MODELS[-1].build(3, ("axial", "sagittal"), 0.0)
    assert describe_models()[-1].parameters == sum(parameter.numel() for parameter in built.parameters())
