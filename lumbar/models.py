"""`lumbar models`: the graders there are, with what each takes and where it is described."""

import click


@click.command()
def models() -> None:
    """List the graders: name, parameters, inputs, paper, and what each is for.

    A grader is chosen with `--set model.name=NAME` of `lumbar train`.

    \b
    Example:
      lumbar models
    """
    from training.describe_models import describe_models

    for model in describe_models():
        click.echo(model.name)
        click.echo(f"  {model.purpose}")
        click.echo(f"  parameters  {model.parameters / 1e6:.2f} M with three tasks and both views")
        for view, grid in model.inputs:
            click.echo(f"  {view:10}  {grid}")
        click.echo(f"  paper       {model.paper}")
        click.echo()
