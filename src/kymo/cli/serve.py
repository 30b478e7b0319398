"""`kymo serve`: the dashboard for one or more log directories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kymo import __version__
from kymo.cli.announcement import announce, open_page
from kymo.cli.directories import checked_directories
from kymo.cli.misuse import misuse
from kymo.cli.reading import reading_told

if TYPE_CHECKING:
    from kymo.server.access import Hosts, Token


def serve(
    logdirs: Annotated[
        list[str] | None, typer.Argument(metavar="LOGDIR...", help="Log directories; their runs are shown together.")
    ] = None,
    logdir: Annotated[
        list[str] | None, typer.Option("--logdir", metavar="LOGDIR", help="The same, as TensorBoard has it.")
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; beyond this machine a token is needed.")
    ] = "127.0.0.1",
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="Port; 0 lets the system choose.", show_default="6006, or the next free one"
        ),
    ] = None,
    path_prefix: Annotated[str, typer.Option(metavar="PATH", help="Serve below this path, such as /kymo.")] = "",
    token: Annotated[
        str | None,
        typer.Option(envvar="KYMO_TOKEN", help="What the page asks for.", show_default="made when it is needed"),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Another name that the server is reached by. May be repeated."),
    ] = None,
    open_browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = False,
    index: Annotated[
        str | None,
        typer.Option(
            metavar="DIR",
            help="Where to keep what was read, so that the next start reads only what is new.",
            show_default="the user's cache directory",
        ),
    ] = None,
    no_index: Annotated[bool, typer.Option("--no-index", help="Keep nothing of what was read.")] = False,
    poll: Annotated[
        bool | None,
        typer.Option(help="Look for growth by polling, or never.", show_default="on network file systems"),
    ] = None,
) -> None:
    """Show the runs of one or more log directories, live.

    Example: `kymo serve runs`, or over the network: `kymo serve runs --host 0.0.0.0`
    """
    directories = checked_directories([*(logdirs or []), *(logdir or [])])
    if no_index and index is not None:
        misuse(f"--no-index and --index {index} contradict each other: give one of them.")
    if index == "":
        misuse("--index '' is empty text: name a directory.")
    host = host.strip("[]")
    from kymo.server import create_app
    from kymo.server.app import checked_prefix
    from kymo.server.listen import ListenError, listen
    from kymo.server.models import printable
    from kymo.server.serving import run
    from kymo.store import Logs

    try:
        prefix = checked_prefix(path_prefix)
        hosts, secret = _access(host, allow_host or [], token)
        listener = listen(host, port)
    except (ValueError, ListenError) as error:
        misuse(str(error))
    address = f"http://{listener.authority}{prefix}/" + (f"?token={secret.secret}" if secret is not None else "")
    with listener, Logs(directories, poll=poll, index=not no_index if index is None else index) as logs:
        title = ", ".join(printable(path.name or path) for path in logs.logdirs)
        app = create_app(logs, hosts=hosts, token=secret, prefix=prefix, title=title, version=__version__)
        announce(address, directories)
        if open_browser:
            open_page(address)
        with reading_told(logs):
            run(app, listener.socket)


def _access(host: str, allow_host: list[str], token: str | None) -> tuple[Hosts, Token | None]:
    from kymo.server.access import Hosts, Token, is_loopback

    if token is not None:
        return Hosts.for_bind(host, allow_host), Token(token)
    return Hosts.for_bind(host, allow_host), None if is_loopback(host) else Token.generate()
