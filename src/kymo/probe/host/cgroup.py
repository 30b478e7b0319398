"""What a container allows the processes in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

# A limit that is none is told as the highest number of pages there could be.
_NO_LIMIT = 1 << 60


class Cgroup:
    """The control group of this process, of version 2 or 1, and those above it: the tightest limit counts.

    Every question is answered with None where the system has no such group, file or limit. Limits are those
    at the start.

    Args:
        proc: Where the kernel tells of processes.
        root: Where the control groups are mounted.

    Example:
        >>> limit = Cgroup().cpu_limit()
        >>> limit is None or limit > 0
        True
    """

    def __init__(self, proc: Path = Path("/proc"), root: Path = Path("/sys/fs/cgroup")) -> None:
        self._cpu: list[Path] = []
        self._memory: list[Path] = []
        self._unified: list[Path] = []
        for controllers, path in _groups(proc / "self" / "cgroup"):
            if not controllers:
                self._unified = list(_upward(root, path)) or self._unified
            if "cpu" in controllers:
                self._cpu = list(_upward(root / ",".join(controllers), path)) or list(_upward(root / "cpu", path))
            if "memory" in controllers:
                self._memory = list(_upward(root / "memory", path))
        self._cpu_limit = min(self._cpu_limits(), default=None, key=lambda limit: limit[0])
        self._memory_limit = min(self._memory_limits(), default=None, key=lambda limit: limit[0])

    def cpu_limit(self) -> float | None:
        """How many cores' time the processes may use together."""
        return None if self._cpu_limit is None else self._cpu_limit[0]

    def cpu_seconds(self) -> float | None:
        """The CPU time that the processes have used that share the limit; None where there is none."""
        if self._cpu_limit is None:
            return None
        _, group = self._cpu_limit
        used = _entry(_text(group / "cpu.stat"), "usage_usec")
        return None if used is None else used / 1e6

    def memory_limit(self) -> int | None:
        """How much memory the processes may have together, in bytes."""
        return None if self._memory_limit is None else self._memory_limit[0]

    def memory_used(self) -> int | None:
        """How much the processes have that share the limit, in bytes, less what the kernel can take back."""
        if self._memory_limit is None:
            return None
        _, group = self._memory_limit
        used = _number(_text(group / "memory.current"))
        used = _number(_text(group / "memory.usage_in_bytes")) if used is None else used
        if used is None:
            return None
        told = _text(group / "memory.stat")
        files = _entry(told, "total_inactive_file")  # version 1: with the groups below, as the use
        files = _entry(told, "inactive_file") if files is None else files
        return max(0, used - (files or 0))

    def pressure(self, resource: str) -> Path | None:
        """The file that tells how long processes had to wait for "cpu", "io" or "memory"."""
        found = (group / f"{resource}.pressure" for group in self._unified[:1])
        return next((path for path in found if path.is_file()), None)

    def _cpu_limits(self) -> Iterator[tuple[float, Path]]:
        for group in self._unified:
            if (limit := _quota(_text(group / "cpu.max").split())) is not None:
                yield limit, group
        for group in self._cpu:
            if (limit := _quota([_text(group / "cpu.cfs_quota_us"), _text(group / "cpu.cfs_period_us")])) is not None:
                yield limit, group

    def _memory_limits(self) -> Iterator[tuple[int, Path]]:
        for groups, name in ((self._unified, "memory.max"), (self._memory, "memory.limit_in_bytes")):
            for group in groups:
                limit = _number(_text(group / name))
                if limit is not None and limit < _NO_LIMIT:
                    yield limit, group


def usable_cores(cgroup: Cgroup) -> float:
    """How many cores this process may keep busy: those it may run on, and no more than its container's share.

    Example:
        >>> usable_cores(Cgroup()) > 0
        True
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    limit = cgroup.cpu_limit()
    return float(allowed) if limit is None else min(float(allowed), limit)


def _groups(table: Path) -> Iterator[tuple[list[str], str]]:
    """The controllers and the path of each hierarchy; version 2 names none."""
    for line in _text(table).splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        yield [name for name in controllers.split(",") if name], path


def _upward(root: Path, path: str) -> Iterator[Path]:
    """A group's directory and those above it. In a container it may be the root itself, whatever its path outside."""
    inside = root / path.lstrip("/")
    at = inside if ".." not in inside.parts and inside.is_dir() else root
    while at.is_dir():
        yield at
        if at == root:
            return
        at = at.parent


def _quota(fields: list[str]) -> float | None:
    """Cores, from a time that may be used in each period."""
    if len(fields) != 2:
        return None
    quota, period = _number(fields[0]), _number(fields[1])
    return quota / period if quota is not None and quota > 0 and period else None


def _entry(text: str, name: str) -> int | None:
    """A number out of lines of names and numbers."""
    for line in text.splitlines():
        key, _, value = line.partition(" ")
        if key == name:
            return _number(value)
    return None


def _number(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:  # "max", or nothing
        return None


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError):
        return ""
