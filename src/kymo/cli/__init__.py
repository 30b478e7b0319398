"""The command line: one file for each command."""

from __future__ import annotations

from typing import Annotated

import typer

from kymo.cli.demo import demo
from kymo.cli.serve import serve

app = typer.Typer(
    name="kymo",
    help="Record a training run, watch it live, know what is wrong with it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("serve")(serve)
app.command("demo")(demo)


def _version(asked: bool) -> None:
    if asked:
        from kymo.cli.version import version

        typer.echo(f"kymo {version()}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    del version


def main() -> None:
    """Runs the command that the arguments name."""
    app()
