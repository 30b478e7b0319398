"""Logging what devices do while a training goes on."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

from kymo.probe.sensor import Sensor
from kymo.probe.series import description
from kymo.writer import SummaryWriter

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

_logger = logging.getLogger("kymo")
_PATIENCE_SECONDS = 5.0  # at the end, for a sensor that is being read


class DeviceSampler:
    """Logs CPU, memory, disks, network, pressure and GPUs of this machine, each second, from a thread of its own.

    The series are `host/…` and `device/gpu0/…`, where `gpu0` is `cuda:0`; each says in its description what it is, in
    what unit. A sensor that is missing has no series. One that fails costs one line in the logger "kymo".

    Args:
        writer: Where to.
        every: Seconds from one sample to the next. The first one comes when the first of them are over.
        step: Gives the global step; without it samples are counted.
        sensors: Gives what is read, in the thread; by default, the sensors of this machine.

    Raises:
        ValueError: `every` is not above 0.

    Example:
        >>> import tempfile, time
        >>> import kymo
        >>> directory = tempfile.TemporaryDirectory()
        >>> with kymo.SummaryWriter(directory.name) as writer, kymo.DeviceSampler(writer, every=0.05):
        ...     time.sleep(1)
        >>> (log,) = kymo.open(directory.name).values()
        >>> len(log["host/memory"]) > 0
        True
        >>> directory.cleanup()
    """

    def __init__(
        self,
        writer: SummaryWriter,
        *,
        every: float = 1.0,
        step: Callable[[], int] | None = None,
        sensors: Callable[[], Iterable[Sensor]] | None = None,
    ) -> None:
        if not every > 0:
            raise ValueError(f"every={every!r} is not above 0: give the seconds between two samples.")
        self._writer = writer
        self._every = every
        self._step = step
        self._make = sensors or machine
        self._sensors: list[Sensor] = []
        self._described: set[str] = set()
        self._samples = 0
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins; does nothing once it has."""
        if self._thread is None:
            self._ended.clear()
            self._thread = threading.Thread(target=self._run, name="kymo-devices", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Ends, before the writer is closed; does nothing where it has not begun."""
        self._ended.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(_PATIENCE_SECONDS)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        try:
            with ExitStack() as open_sensors:
                for sensor in self._make():
                    self._sensors.append(sensor)
                    open_sensors.callback(sensor.close)
                self._sample()
        except Exception as error:  # whatever it is, it is no reason for a training to end
            _logger.warning("Devices are no longer sampled: %s", error)
        finally:
            self._sensors.clear()

    def _sample(self) -> None:
        due = time.monotonic()
        self._read(due)  # where rates begin
        while self._sensors:
            due = max(due + self._every, time.monotonic())
            if self._ended.wait(due - time.monotonic()):
                return
            self._log(self._read(time.monotonic()))

    def _read(self, now: float) -> dict[str, float]:
        found: dict[str, float] = {}
        for sensor in list(self._sensors):
            try:
                found |= sensor.read(now)
            except Exception as error:  # a driver may fail in any way, and at any time
                self._sensors.remove(sensor)
                _logger.warning("A sensor is no longer read: %s", error)
        return found

    def _log(self, numbers: dict[str, float]) -> None:
        self._samples += 1
        step, now = self._samples if self._step is None else self._step(), time.time()
        for tag in sorted(numbers.keys() - self._described):
            self._described.add(tag)
            self._writer.add_scalar(tag, numbers.pop(tag), step, now, summary_description=description(tag))
        if numbers and not self._ended.is_set():
            self._writer._get_file_writer().append("add_scalars", list(numbers.items()), step, now)


def machine() -> Iterator[Sensor]:
    """The sensors of this machine: the host's, and those of the GPUs that this process sees."""
    from kymo.probe.gpu.nvml import NvmlError
    from kymo.probe.gpu_use import GpuUse
    from kymo.probe.host.host import Host

    yield Host()
    try:
        yield GpuUse()
    except NvmlError as error:
        _logger.info("No GPU is sampled: %s", error)
