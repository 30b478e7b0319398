"""The options of `kymo serve`."""

from __future__ import annotations

from typing import Annotated

import typer

LogdirArguments = Annotated[
    list[str] | None, typer.Argument(metavar="LOGDIR...", help="Log directories; their runs are shown together.")
]
Logdir = Annotated[list[str] | None, typer.Option(metavar="LOGDIR", help="The same, as TensorBoard has it.")]
Host = Annotated[
    str | None,
    typer.Option(help="Address to listen on; beyond this machine a token is needed.", show_default="127.0.0.1"),
]
Port = Annotated[
    int | None,
    typer.Option(min=0, max=65535, help="Port; 0 lets the system choose.", show_default="6006, or the next free one"),
]
PathPrefix = Annotated[str, typer.Option(metavar="PATH", help="Serve below this path, such as /kymo.")]
Secret = Annotated[
    str | None,
    typer.Option(envvar="KYMO_TOKEN", help="What the page asks for.", show_default="made when it is needed"),
]
AllowHost = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="Another name that the server is reached by. May be repeated."),
]
ReadOnly = Annotated[bool, typer.Option("--read-only", help="Change nothing: no notes, no deleting of runs.")]
OpenBrowser = Annotated[bool, typer.Option(help="Open the page in a browser.")]
Index = Annotated[
    str | None,
    typer.Option(
        metavar="DIR",
        help="Where to keep what was read, so that the next start reads only what is new.",
        show_default="the user's cache directory",
    ),
]
NoIndex = Annotated[bool, typer.Option("--no-index", help="Keep nothing of what was read.")]
Poll = Annotated[
    bool | None, typer.Option(help="Look for growth by polling, or never.", show_default="on network file systems")
]
