"""What goes to and comes from disks and the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kymo.probe.rates import Rates

if TYPE_CHECKING:
    import psutil


class Traffic:
    """Bytes a second, of the whole machine and of one process with its children."""

    def __init__(self) -> None:
        self._rates = Rates()

    def read(self, own: psutil.Process, children: list[psutil.Process], now: float) -> dict[str, float]:
        """`disk_read`, `disk_write`, `network_received`, `network_sent`, and `process_disk_read`, since the last look.

        What the page cache answers is no reading from a disk. The loopback interface is no network.

        Args:
            own: The process.
            children: Its children.
            now: Seconds.
        """
        import psutil

        counters: dict[str, float] = {}
        disks = psutil.disk_io_counters(nowrap=False)
        if disks is not None:
            counters |= {"disk_read": disks.read_bytes, "disk_write": disks.write_bytes}
        nets = [
            each
            for name, each in psutil.net_io_counters(pernic=True, nowrap=False).items()
            if not name.startswith("lo")
        ]
        if nets:
            counters["network_received"] = sum(each.bytes_recv for each in nets)
            counters["network_sent"] = sum(each.bytes_sent for each in nets)
        rates = {name: self._rates.of(name, counter, now) for name, counter in counters.items()}
        each_of_us = [self._rates.of(str(process.pid), _bytes_read(process), now) for process in (own, *children)]
        if each_of_us[0] is not None:
            rates["process_disk_read"] = sum(rate for rate in each_of_us if rate is not None)
        return {name: rate for name, rate in rates.items() if rate is not None}


def _bytes_read(process: psutil.Process) -> float:
    """From disks; 0 where the system keeps no such count, or keeps it to itself."""
    import psutil

    try:
        return float(process.io_counters().read_bytes)
    except (psutil.Error, AttributeError, OSError):
        return 0.0
