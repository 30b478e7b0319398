"""The ways to log numbers that add_scalar.py compares: each opened on a directory, called, and finished."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

TAGS = [f"train/metric_{i}" for i in range(10)]


class Logger(Protocol):
    """One library, writing into one directory."""

    def one(self, value: float, step: int, /) -> None: ...
    def ten(self, value: float, step: int, /) -> None: ...
    def finish(self) -> None: ...


class _Writer:
    """Anything with SummaryWriter's methods; ten numbers are ten calls."""

    def __init__(self, writer: Any) -> None:
        self._writer = writer
        self._add_scalar = writer.add_scalar

    def one(self, value: float, step: int) -> None:
        self._add_scalar("train/loss", value, step)

    def ten(self, value: float, step: int) -> None:
        for tag in TAGS:
            self._add_scalar(tag, value, step)

    def finish(self) -> None:
        self._writer.close()


def kymo_writer(directory: Path) -> Logger:
    from kymo import SummaryWriter

    return _Writer(SummaryWriter(directory))


class _KymoEvent:
    """Ten numbers in one event, by the native core: what a log call of many numbers rests on."""

    def __init__(self, directory: Path) -> None:
        import time

        from kymo._core import EventWriter

        directory.mkdir(parents=True)
        self._events = EventWriter(str(directory / "events.out.tfevents.1.bench"))
        self._clock = time.time

    def one(self, value: float, step: int) -> None:
        self._events.add_scalar("train/loss", value, step, self._clock())

    def ten(self, value: float, step: int) -> None:
        self._events.add_scalars([(tag, value) for tag in TAGS], step, self._clock())

    def finish(self) -> None:
        self._events.close()


def torch_writer(directory: Path) -> Logger:
    from torch.utils.tensorboard import SummaryWriter

    return _Writer(SummaryWriter(str(directory)))


def tensorboardx_writer(directory: Path) -> Logger:
    from tensorboardX import SummaryWriter

    return _Writer(SummaryWriter(str(directory)))


class _KohakuBoard:
    def __init__(self, directory: Path) -> None:
        from kohakuboard.client import Board

        self._board = Board(name="bench", base_dir=directory, capture_output=False)

    def one(self, value: float, _step: int, /) -> None:
        self._board.log(loss=value)

    def ten(self, value: float, _step: int, /) -> None:
        self._board.log(**dict.fromkeys(TAGS, value))

    def finish(self) -> None:
        self._board.finish()


class _Trackio:
    def __init__(self, directory: Path) -> None:
        os.environ |= {"TRACKIO_DIR": str(directory), "HF_HUB_OFFLINE": "1"}
        import trackio

        trackio.init(project="bench", embed=False, auto_log_gpu=False, auto_log_cpu=False)
        self._log = trackio.log
        self._finish = trackio.finish

    def one(self, value: float, step: int) -> None:
        self._log({"loss": value}, step=step)

    def ten(self, value: float, step: int) -> None:
        self._log(dict.fromkeys(TAGS, value), step=step)

    def finish(self) -> None:
        self._finish()


LOGGERS: dict[str, Callable[[Path], Logger]] = {
    "kymo": kymo_writer,
    "kymo core": _KymoEvent,
    "torch": torch_writer,
    "tensorboardX": tensorboardx_writer,
    "kohakuboard": _KohakuBoard,
    "trackio": _Trackio,
}
# Those that a user would write a run with.
WRITERS = [name for name in LOGGERS if name != "kymo core"]
