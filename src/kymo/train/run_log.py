"""The numbers that a run logs: all of one moment as one event, those on a device once they have arrived."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from kymo.train.device_numbers import DeviceNumbers
from kymo.train.epoch_means import MANY, EpochMeans
from kymo.train.pending_numbers import Moment, PendingNumbers
from kymo.writer.bad_input import check_tag
from kymo.writer.scalar import to_float
from kymo.writer.summary_writer import SummaryWriter

_logger = logging.getLogger("kymo")
# A number on a device is on its way to the host after this long, so that a slow loop is seen live, too.
_SEND_SECONDS = 0.2


class RunLog:
    """Logs numbers to a writer; those of one name in the order in which they were logged.

    Args:
        writer: The run's writer.
        means: Take in what is logged among the batches of an epoch, once it is known.
    """

    def __init__(self, writer: SummaryWriter, means: EpochMeans) -> None:
        self._writer = writer
        self._means = means
        self._devices: list[DeviceNumbers[tuple[Moment, str]]] = []
        self._pending = PendingNumbers()
        self._sent_at = 0.0
        self._known: set[str] = set()  # names that were found to be names
        self._told: set[str] = set()

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
        has_turn = not self._devices or not self._pending.has_any(values)
        if in_batch and has_turn and file is not None and file.add_numbers_now(values, step, waiting):
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
        now = time.time()
        here, later = {}, {}
        for tag, value in values.items():
            if _is_on_device(value):
                if value.numel() != 1:
                    raise ValueError(f"value for tag {tag!r} has {value.numel()} elements: pass a tensor of one")
                later[tag] = value
            else:
                here[tag] = to_float(tag, value)
        if later:
            moment = Moment(step, now, in_batch=in_batch, tags=later)
            self._pending.add(moment)
            for tag, value in later.items():
                self._trying(self._collect, moment, tag, value)
        if here:
            moment = Moment(step, now, in_batch=in_batch, tags=here)
            moment.numbers = here
            if self._pending.has_any(here):
                self._pending.add(moment)
            else:
                self._write(moment)

    def settle(self) -> None:
        """Waits for all that is on its way."""
        for device in self._devices:
            self._trying(self._take, device, True)
        self._write_complete()

    def _collect(self, moment: Moment, tag: str, value: Any) -> None:
        device = next((device for device in self._devices if device.takes(value)), None)
        if device is None:
            device = DeviceNumbers(value)
            self._devices.append(device)
        if device.is_capturing():
            self._tell(tag, f"{tag!r} is not logged while a CUDA graph is captured: log what a replay has computed.")
            return
        moment.missing += 1
        device.add((moment, tag), value)

    def _arrived(self, now: float) -> None:
        is_due = now - self._sent_at > _SEND_SECONDS
        if is_due:
            self._sent_at = now
        for device in self._devices:
            self._trying(self._look, device, is_due)
        self._write_complete()

    def _look(self, device: DeviceNumbers[tuple[Moment, str]], is_due: bool) -> None:
        if device.is_capturing():
            return
        if is_due:
            device.send()
        self._take(device)

    def _take(self, device: DeviceNumbers[tuple[Moment, str]], wait: bool = False) -> None:
        for (moment, tag), value in device.settle() if wait else device.arrived():
            self._pending.come(moment, tag, value)

    def _trying(self, act: Callable[..., None], *arguments: Any) -> None:
        """A device that fails costs numbers: the training finds out by itself whether it can go on."""
        try:
            act(*arguments)
        except Exception as error:
            self._devices = []
            lost = self._pending.give_up()
            self._tell(str(error), f"{lost} numbers on a device could not be read, and are not logged: {error}")

    def _tell(self, about: str, text: str) -> None:
        """Tells of a thing once."""
        if about not in self._told:
            self._told.add(about)
            _logger.warning("%s", text)

    def _write_complete(self) -> None:
        for moment in self._pending.complete():
            self._write(moment)

    def _write(self, moment: Moment) -> None:
        """Writes what was logged at a moment as one event."""
        items = moment.items()
        if not items:
            return
        self._writer._get_file_writer().append("add_scalars", items, moment.step, moment.at)
        if moment.in_batch:
            self._means.add(dict(items))


def _is_on_device(value: Any) -> bool:
    device = getattr(value, "device", None)
    return device is not None and getattr(device, "type", "cpu") != "cpu"
