"""What every route works on: the logs, the live hub, and what the server says of itself."""

from __future__ import annotations

import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, TypeVar

from fastapi import Depends, HTTPException
from starlette.requests import HTTPConnection

from kymo.server.allowance import Allowance
from kymo.server.front.diagnoses import Diagnoses
from kymo.server.front.prospects import Prospects
from kymo.server.live import Hub
from kymo.server.models import Hello
from kymo.server.network.decoded import Decoded
from kymo.server.overview import Overview
from kymo.server.snapshot import Snapshots

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kymo.store import Changes, Logs, Run
    from kymo.store.watch import Watcher

# What all answers together may hold that are built in memory before they are sent.
_ANSWERS = 256 << 20
# A worker takes no more than this many runs at once: what it makes of them is in memory until it is done.
_PART = 32

Item = TypeVar("Item")
Made = TypeVar("Made")


@dataclass
class Site:
    """One served set of log directories."""

    logs: Logs
    hub: Hub
    version: str
    title: str
    token_required: bool = False
    read_only: bool = False
    # None where whoever made the app refreshes the logs.
    watcher: Watcher | None = None
    server_id: str = field(default_factory=lambda: secrets.token_hex(8))
    snapshots: Snapshots = field(default_factory=Snapshots)
    allowance: Allowance = field(default_factory=lambda: Allowance(_ANSWERS))
    prospects: Prospects = field(default_factory=Prospects)
    diagnoses: Diagnoses = field(default_factory=Diagnoses)
    decoded: Decoded = field(default_factory=Decoded)
    # Choosing points runs outside of the interpreter's lock; the threads start when the first chart is asked for.
    workers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(os.cpu_count(), "kymo-columns"))

    def __post_init__(self) -> None:
        self.overview = Overview(self.logs)

    @property
    def poll(self) -> bool:
        return self.watcher is not None and self.watcher.polling

    def hello(self) -> Hello:
        """What a page is told first: whether it is of this version, and from which state on it is kept up to date."""
        return Hello(type="hello", kymo=self.version, server_id=self.server_id, version=self.logs.version)

    def publish(self, changes: Changes) -> None:
        """Tells the pages what a refresh has brought; called by the watcher's thread."""
        # Empty changes mean that warnings or the progress of loading differ, which the list of runs shows.
        listed = changes.added or changes.removed or not changes.runs
        self.hub.publish(self.logs.version, None if listed else changes.runs)
        if self.logs.loading is not None:
            # A long load is counted as it goes on, so that the first page that comes need not wait for all of it.
            self.overview.refresh()

    def look(self) -> None:
        """Takes in at once that runs have come or gone."""
        self.publish(self.logs.discover())

    def share_out(self, items: Sequence[Item], work: Callable[[Sequence[Item]], Made]) -> Iterator[Made]:
        """What all workers together make of the items, each of some at a time; in the order of the items."""
        workers = os.cpu_count() or 1
        size = max(1, min(_PART, len(items) // (2 * workers)))
        return self.workers.map(work, [items[begin : begin + size] for begin in range(0, len(items), size)])

    def runs(self) -> list[tuple[str, Run]]:
        """All runs of one moment; one may vanish while the list is made."""
        return [(name, run) for name in list(self.logs) if (run := self.logs.get(name)) is not None]

    def run(self, name: str) -> Run:
        """The run, or the answer 404: names are looked up among the runs that were found, and never become paths."""
        run = self.logs.get(name)
        if run is None:
            raise HTTPException(404, f"No run is called {name[:200]!r}: GET api/runs lists the runs.")
        return run


async def _site(connection: HTTPConnection) -> Site:
    site: Site = connection.app.state.site
    return site


SiteOf = Annotated[Site, Depends(_site)]
