"""How a command says that it was asked for something it cannot do."""

from __future__ import annotations

import sys
from typing import NoReturn

import typer

EXIT_CODE = 2


def misuse(sentence: str) -> NoReturn:
    """Ends the command with one sentence on standard error, not wrapped, and exit code 2."""
    print(f"kymo: {sentence}", file=sys.stderr)
    raise typer.Exit(EXIT_CODE)
