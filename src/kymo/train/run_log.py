"""The numbers that a run logs: all of one moment as one event, those on a device once they have arrived."""

from __future__ import annotations

import time
from collections.abc import Mapping
from itertools import groupby
from typing import Any, NamedTuple

from kymo.train.device_numbers import DeviceNumbers
from kymo.train.epoch_means import MANY, EpochMeans
from kymo.writer.bad_input import check_tag
from kymo.writer.scalar import to_float
from kymo.writer.summary_writer import SummaryWriter

# A number on a device is on its way to the host after this long, so that a slow loop is seen live, too.
_SEND_SECONDS = 0.2


class _Moment(NamedTuple):
    """When a number was logged, and whether among the batches of an epoch."""

    step: int
    at: float
    in_batch: bool


class RunLog:
    """Logs numbers to a writer.

    Args:
        writer: The run's writer.
        means: Take in what is logged among the batches of an epoch, once it is known.
    """

    def __init__(self, writer: SummaryWriter, means: EpochMeans) -> None:
        self._writer = writer
        self._means = means
        self._devices: list[DeviceNumbers[tuple[str, _Moment]]] = []
        self._sent_at = 0.0
        self._known: set[str] = set()  # names that were found to be names

    def log(self, values: Mapping[str, Any], step: int, *, in_batch: bool = False) -> None:
        """Logs numbers, or tensors of one element; one on a device is not waited for.

        Args:
            values: The numbers by their names.
            step: The global step.
            in_batch: Whether they count for the means of the epoch.

        Raises:
            TypeError: A name is no string, or a value no number; nothing is logged then.
            ValueError: A tensor has other than one element; nothing is logged then.
        """
        file, waiting = self._writer.file_writer, self._means.waiting
        if in_batch and file is not None and file.add_numbers_now(values, step, waiting):
            if len(waiting) >= MANY:
                self._means.add_up()
        else:
            self._log_others(values, step, in_batch)
        if self._devices:
            self._arrived(time.time())

    def _log_others(self, values: Mapping[str, Any], step: int, in_batch: bool) -> None:
        """Numbers of any kind, all of which are looked at before one is logged; those on a device are written later."""
        if not self._known.issuperset(values):
            for tag in values:
                check_tag(tag)
            self._known.update(values)
        moment = _Moment(step, time.time(), in_batch)
        items, later = [], []
        for tag, value in values.items():
            if _is_on_device(value):
                later.append((tag, value))
            else:
                items.append((tag, to_float(tag, value)))
        for tag, value in later:
            self._numbers(tag, value).add((tag, moment), value)
        if items:
            self._write(items, moment)

    def settle(self) -> None:
        """Waits for all that is on its way."""
        for device in self._devices:
            self._take(device.settle())

    def _numbers(self, tag: str, value: Any) -> DeviceNumbers[tuple[str, _Moment]]:
        if value.numel() != 1:
            raise ValueError(f"value for tag {tag!r} has {value.numel()} elements: pass a tensor of one")
        for device in self._devices:
            if device.takes(value):
                return device
        self._devices.append(DeviceNumbers(value))
        return self._devices[-1]

    def _arrived(self, now: float) -> None:
        is_due = now - self._sent_at > _SEND_SECONDS
        if is_due:
            self._sent_at = now
        for device in self._devices:
            if is_due:
                device.send()
            self._take(device.arrived())

    def _take(self, numbers: list[tuple[tuple[str, _Moment], float]]) -> None:
        """Writes what has arrived, again as one event for each moment."""
        for moment, of_moment in groupby(numbers, key=lambda number: number[0][1]):
            self._write([(tag, value) for (tag, _), value in of_moment], moment)

    def _write(self, items: list[tuple[str, float]], moment: _Moment) -> None:
        self._writer._get_file_writer().append("add_scalars", items, moment.step, moment.at)
        if moment.in_batch:
            self._means.add(dict(items))


def _is_on_device(value: Any) -> bool:
    device = getattr(value, "device", None)
    return device is not None and getattr(device, "type", "cpu") != "cpu"
