"""TensorBoard's flags, so that what the fingers know keeps working; those without an effect here say why."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from typing import Annotated

import typer

from kymo.cli.misuse import misuse

_PANEL = "Accepted from TensorBoard, with _ or with -"
_NO_EFFECT = {
    "samples_per_plugin": "kymo keeps every point",
    "reload_interval": "kymo shows what is written as it comes",
    "load_fast": "kymo has one way of loading, the fast one",
    "reload_multifile": "kymo reads every event file of a run, and goes on reading all of them",
    "purge_orphaned_data": "kymo keeps the points that a restart has replaced, and shows them on request",
}
# A name before a path, as TensorBoard has it; gs://bucket is no path of that name.
_NAMED = re.compile(r"(?P<name>[^:]*):(?!//)(?P<path>.*)", re.DOTALL)


def explain(param: typer.CallbackParam, value: str | None) -> str | None:
    """Says why a flag that was given has no effect."""
    if value is not None:
        typer.echo(f"--{param.name} has no effect: {_NO_EFFECT[param.name or '']}.")
    return value


LogdirSpec = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME:PATH,...", help="More log directories; their names are their own.", rich_help_panel=_PANEL
    ),
]
BindAll = Annotated[
    bool,
    typer.Option(
        "--bind-all", help="Listen on every network; the address that is printed has a token.", rich_help_panel=_PANEL
    ),
]
WindowTitle = Annotated[
    str | None,
    typer.Option(metavar="TITLE", help="The page's title.", show_default="the log directories", rich_help_panel=_PANEL),
]
NoEffect = Annotated[
    str | None,
    typer.Option(metavar="VALUE", help="No effect, and says why.", callback=explain, rich_help_panel=_PANEL),
]


def dashed(flag: str) -> str:
    """A flag in this program's own spelling.

    >>> dashed("path_prefix")
    'path-prefix'
    """
    return flag.replace("_", "-")


def directories_of(specs: Iterable[str]) -> list[str]:
    """The paths of each NAME:PATH,...; says that the names are not used.

    >>> directories_of(["runs/a,/b"])
    ['runs/a', '/b']
    >>> directories_of(["old:runs/a,new:runs/b"])
    --logdir_spec: the names 'old' and 'new' are not used: runs are named after their directories.
    ['runs/a', 'runs/b']
    """
    parts = [part.strip() for spec in specs for part in spec.split(",")]
    if "" in parts:
        misuse("--logdir_spec names a log directory '', which is empty text: give paths, as in runs/a,runs/b.")
    matches = [_NAMED.fullmatch(part) for part in parts]
    names = [repr(match["name"]) for match in matches if match is not None]
    if names:
        listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
        those = f"the name {listed} is" if len(names) == 1 else f"the names {listed} are"
        typer.echo(f"--logdir_spec: {those} not used: runs are named after their directories.")
    return [part if match is None else match["path"] for part, match in zip(parts, matches, strict=True)]


def host_of(host: str | None, bind_all: bool) -> str:
    """The address to listen on."""
    if not bind_all:
        return "127.0.0.1" if host is None else host.strip("[]")
    if host is not None:
        misuse(f"--bind_all and --host {host} contradict each other: give one of them.")
    return "::" if socket.has_dualstack_ipv6() else "0.0.0.0"
