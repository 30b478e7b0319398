"""GPUs, as a driver tells of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

H100 = {
    "name": "NVIDIA H100 80GB HBM3",
    "uuid": "GPU-11111111-aaaa",
    "pci": "00000000:17:00.0",
    "temperature": 41,
    "power": 312_500,
    "power_limit": 700_000,
    "clock1": 1980,
    "clock2": 2619,
    "event_reasons": 0x4 | 0x20 | 0x1,
    "utilization": 97,
    "energy": 5_000_000,
    "memory_used": 40 << 30,
    "memory_total": 80 << 30,
    "pcie_sent": 150,
    "pcie_received": 2_000_000,
    "compute": f"{os.getpid()}:1073741824 7:4096",
    "graphics": "8:1024",
    "process_utilization": f"{os.getpid()}:60 7:10 {os.getpid()}:80",
    "gpm": 1,
    "gpm_sample": 1,
    "gpm2": 88.5,
    "gpm3": 40.25,
    "gpm5": 30.0,
    "gpm10": 55.0,
}
# No energy counter, no event reasons, no GPM, an older list of processes.
OLD = {
    "name": "Tesla K80",
    "uuid": "GPU-22222222-bbbb",
    "temperature": 60,
    "power": "!3",
    "clock1": 875,
    "clock2": 2505,
    "event_reasons": "!13",
    "throttle_reasons": 0x8,
    "utilization": 12,
    "memory_used": 1 << 30,
    "memory_total": 12 << 30,
    "compute": "!13",
    "compute_v2": f"{os.getpid()}:18446744073709551615 9:2048",
    "graphics": "!13",
    "gpm": 0,
    "gpm_sample": 1,
}


class Driver:
    """What the library answers."""

    def __init__(self, recording: Path) -> None:
        self._recording = recording
        self._told: dict[str, Any] = {"driver": "550.54.15", "count": 0}

    def tell(self, **answers: Any) -> None:
        """Answers so from now on."""
        self._told |= answers
        self._write()

    def plug(self, *cards: dict[str, Any]) -> None:
        self._told["count"] = len(cards)
        for number, card in enumerate(cards):
            self._told |= {f"{number}.{key}": value for key, value in card.items()}
        self._write()

    def change(self, device: int | str, **answers: Any) -> None:
        self._told |= {f"{device}.{key}": value for key, value in answers.items()}
        self._write()

    def _write(self) -> None:
        # In one go: a thread that asks meanwhile shall not find that half of the sensors are missing.
        written = self._recording.with_suffix(".new")
        written.write_text("".join(f"{key} {value}\n" for key, value in self._told.items()))
        written.replace(self._recording)
