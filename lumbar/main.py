"""The `lumbar` command: a table of subcommands, each imported only when it is called."""

import click

from lumbar.errors import clean_errors
from lumbar.lazy import LazyGroup, Subcommand

SUBCOMMANDS: tuple[Subcommand, ...] = (
    Subcommand("demo", "lumbar.demo_command", "Phantom patients through every command, and a page of the whole story."),
    Subcommand("parse", "lumbar.parse", "Read an archive of reports into a label table."),
    Subcommand("explain", "lumbar.explain", "Show one report with the words that decided each label."),
    Subcommand("audit", "lumbar.audit", "Compare a label table with gold labels: metrics and a page of the misses."),
    Subcommand("lexicon", "lumbar.lexicon", "Check the phrase tables."),
    Subcommand("localize", "lumbar.localize", "Write the landmarks of vertebrae that disc volumes are cut by."),
    Subcommand("volumes", "lumbar.volumes", "Inspect MRI studies, cut disc volumes out of them, look at the result."),
    Subcommand("train", "lumbar.train", "Train a grader on a label table and a volume store."),
    Subcommand(
        "evaluate", "lumbar.evaluate", "Hold graders against labels: the paper's tables, figures, a model card."
    ),
    Subcommand("grade", "lumbar.grade", "Grade a study from DICOM: probabilities, a table, a page."),
    Subcommand("models", "lumbar.models", "List the graders: parameters, inputs, papers."),
)


class MainGroup(LazyGroup):
    """The group of all commands."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the subcommand; its errors become one line and an exit code."""
        with clean_errors(show_traceback=ctx.params["traceback"]):
            return super().invoke(ctx)


@click.command(
    cls=MainGroup,
    subcommands=SUBCOMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 failed, 2 misuse, 3 done but some inputs were refused.",
)
@click.version_option(package_name="lumbar")
@click.option("--traceback", is_flag=True, help="Show where an error came from; the output may quote report text.")
def main(traceback: bool) -> None:
    """Lumbar MRI: free-text reports to per-level stenosis labels, DICOM studies to the disc volumes that match them.

    \b
    Examples:
      lumbar parse reports.csv --out labels.parquet
      lumbar volumes inspect studies/
    """
