"""The command line: one file for each command."""

from __future__ import annotations

import io
import sys
from typing import Annotated

import typer

from kymo.cli.control import control
from kymo.cli.demo import demo
from kymo.cli.doctor import doctor
from kymo.cli.gpu import gpu
from kymo.cli.misuse import EXIT_CODE
from kymo.cli.runs import runs
from kymo.cli.serve import serve
from kymo.cli.stop import stop
from kymo.cli.tensorboard_flags import dashed

app = typer.Typer(
    name="kymo",
    help="Record a training run, watch it live, know what is wrong with it.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("serve", context_settings={"token_normalize_func": dashed})(serve)
app.command("demo")(demo)
app.command("runs")(runs)
app.command("stop")(stop)
app.command("control")(control)
app.command("doctor")(doctor)
app.command("gpu")(gpu)


def _version(asked: bool) -> None:
    if asked:
        from kymo import __version__

        typer.echo(f"kymo {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    del version


# Some versions of Typer bring a Click of their own, others use the one that is installed: this is its class in either.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]


def main() -> None:
    """Runs the command that the arguments name."""
    for stream in (sys.stdout, sys.stderr):
        # A log directory may be called what this terminal cannot show.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if len(sys.argv) < 2:
        app(["--help"], prog_name="kymo", standalone_mode=False)
        sys.exit(EXIT_CODE)
    try:
        sys.exit(app(prog_name="kymo", standalone_mode=False))
    except _UsageError as error:
        command = context.command_path if (context := getattr(error, "ctx", None)) is not None else "kymo"
        said = str(error.format_message()).rstrip(".")  # type: ignore[attr-defined] # every Click error has it
        print(f"kymo: {said}: see `{command} --help`.", file=sys.stderr)
        sys.exit(EXIT_CODE)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)
