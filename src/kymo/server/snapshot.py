"""Answers that cost something to build, kept while nothing has changed, with entity tags for 304."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

if TYPE_CHECKING:
    from pydantic import BaseModel

# A run goes from live to stale with no change in its files, so even an unchanged version is built anew after this long.
MAX_AGE = 1.0
# Pages ask for different parts of a list, and for what has changed since different versions.
KEPT = 8


@dataclass(frozen=True)
class Snapshot:
    """One built answer."""

    built: float
    body: bytes
    etag: str


class Snapshots:
    """The newest snapshots of each kind."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[str, dict[object, Snapshot]] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def respond(self, request: Request, kind: str, key: object, build: Callable[[], BaseModel]) -> Response:
        """The answer for `key`, built at most once however many ask at the same time; 304 to who has it."""
        with self._lock:
            lock = self._locks.setdefault(kind, threading.Lock())
            snapshots = self._kept.setdefault(kind, {})
        with lock:
            kept = snapshots.get(key)
            if kept is None or self._clock() - kept.built > MAX_AGE:
                body = build().model_dump_json().encode()
                etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
                snapshots.pop(key, None)
                kept = snapshots[key] = Snapshot(self._clock(), body, etag)
                while len(snapshots) > KEPT:
                    del snapshots[next(iter(snapshots))]
        headers = {"etag": kept.etag, "cache-control": "no-cache"}
        asked = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
        if kept.etag in asked:
            return Response(status_code=304, headers=headers)
        return Response(kept.body, media_type="application/json", headers=headers)
