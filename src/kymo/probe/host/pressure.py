"""How long processes had to wait for the machine."""

from __future__ import annotations

from pathlib import Path

from kymo.probe.host.cgroup import Cgroup
from kymo.probe.rates import Rates

RESOURCES = ("cpu", "io", "memory")


class Pressure:
    """The share of time in which some process waited for CPU, disk or memory: Linux's pressure stall information.

    See https://docs.kernel.org/accounting/psi.html. That of the container is taken where there is one.

    Args:
        cgroup: The container.
        proc: Where the kernel tells of the machine as a whole.
    """

    def __init__(self, cgroup: Cgroup, proc: Path = Path("/proc")) -> None:
        self._rates = Rates()
        self._files = {name: cgroup.pressure(name) or proc / "pressure" / name for name in RESOURCES}

    def read(self, now: float) -> dict[str, float]:
        """Percent of the time since the last look, by the name of the resource; what the system lacks is left out."""
        found = {}
        for name, file in list(self._files.items()):
            try:
                waited = _total_seconds(file.read_text())
            except (OSError, ValueError):
                del self._files[name]
                continue
            rate = self._rates.of(name, waited, now)
            if rate is not None:
                found[name] = min(100.0, 100 * rate)
        return found


def _total_seconds(text: str) -> float:
    """From `some avg10=0.00 avg60=0.00 avg300=0.00 total=12345`, the microseconds."""
    for line in text.splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "some":
            return int(rest.rpartition("total=")[2]) / 1e6
    raise ValueError(f"{text[:80]!r} tells of no pressure")
