"""`kymo serve`: the dashboard for one or more log directories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kymo import __version__
from kymo.cli.announcement import announce, open_page
from kymo.cli.directories import checked_directories
from kymo.cli.misuse import misuse
from kymo.cli.reading import reading_told
from kymo.cli.serve_options import (
    AllowHost,
    Host,
    Index,
    Logdir,
    LogdirArguments,
    NoIndex,
    OpenBrowser,
    PathPrefix,
    Poll,
    Port,
    ReadOnly,
    Secret,
)
from kymo.cli.tensorboard_flags import BindAll, LogdirSpec, NoEffect, WindowTitle, directories_of, host_of

if TYPE_CHECKING:
    from kymo.server.access import Hosts, Token


def serve(
    logdirs: LogdirArguments = None,
    logdir: Logdir = None,
    host: Host = None,
    port: Port = None,
    path_prefix: PathPrefix = "",
    token: Secret = None,
    allow_host: AllowHost = None,
    read_only: ReadOnly = False,
    open_browser: OpenBrowser = False,
    index: Index = None,
    no_index: NoIndex = False,
    poll: Poll = None,
    logdir_spec: LogdirSpec = None,
    bind_all: BindAll = False,
    window_title: WindowTitle = None,
    samples_per_plugin: NoEffect = None,
    reload_interval: NoEffect = None,
    load_fast: NoEffect = None,
    reload_multifile: NoEffect = None,
    purge_orphaned_data: NoEffect = None,
) -> None:
    """Show the runs of one or more log directories, live.

    Example: `kymo serve runs`, or over the network: `kymo serve runs --host 0.0.0.0`
    """
    del samples_per_plugin, reload_interval, load_fast, reload_multifile, purge_orphaned_data
    directories = checked_directories([*(logdirs or []), *(logdir or []), *directories_of(logdir_spec or [])])
    if no_index and index is not None:
        misuse(f"--no-index and --index {index} contradict each other: give one of them.")
    if index == "":
        misuse("--index '' is empty text: name a directory.")
    host = host_of(host, bind_all)
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
        title = window_title or ", ".join(printable(path.name or path) for path in logs.logdirs)
        app = create_app(
            logs, hosts=hosts, token=secret, prefix=prefix, title=title, version=__version__, read_only=read_only
        )
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
