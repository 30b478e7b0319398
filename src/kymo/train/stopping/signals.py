"""Stopping softly on Ctrl+C and on a scheduler's signals."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from kymo.train.stopping.condition import UNTOLD, Closeness, Progress, StopCondition
from kymo.train.stopping.fired import Fired
from kymo.train.stopping.native_action import NativeAction

Handler = Callable[[int, FrameType | None], Any] | int | None

SOFT = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)

_logger = logging.getLogger("kymo")
_FIRST = "\nkymo: stopping after this batch. Press Ctrl+C again to stop at once.\n"


class StopSignals(StopCondition):
    """Turns signals into a stop after the batch, while the `with` block is entered.

    The first Ctrl+C asks for the stop and says so; a second one raises KeyboardInterrupt at once. SIGTERM and SIGUSR1,
    which schedulers send, ask for it too, however often they come. A handler does nothing but note the signal, say
    so, and pass it on to the handler that was there before. Nothing is saved in it.

    Earlier handlers are put back at the end, those of C libraries included. A signal that was ignored (as `nohup` and a
    shell's `&` have it) stays ignored. Outside of the main thread, where Python allows no handlers, nothing is done,
    and the logger "kymo" is told. Nested blocks all see the signal. A notebook's interrupt is Ctrl+C.

    A terminal sends Ctrl+C to data-loading workers, too. Workers that are forked off in the block ignore it; those that
    are spawned need `shield_workers`.

    Args:
        noted: Is called in the handler once a signal is noted.

    Example:
        >>> import signal
        >>> from kymo import Progress, StopSignals
        >>> with StopSignals() as stop:
        ...     for step in range(1, 100):
        ...         if step == 3:
        ...             signal.raise_signal(signal.SIGTERM)
        ...         if stop.after_batch(Progress(step=step)):
        ...             break
        >>> step, stop.requested, stop.fired.reason
        (3, 'SIGTERM', 'terminated')
    """

    def __init__(self, noted: Callable[[], None] | None = None) -> None:
        self._noted = noted
        self._first: signal.Signals | None = None
        self._interrupts = 0
        self._process = 0  # the process whose handlers these are; 0 while there are none
        self._handler = self._handle  # one object, to be known again
        self._earlier: dict[int, tuple[Handler, NativeAction | None]] = {}

    @property
    def requested(self) -> str | None:
        """The name of the signal that came first, such as "SIGTERM"; None while none has come."""
        return self._first.name if self._first is not None else None

    @property
    def fired(self) -> Fired | None:
        """What the signal means; None while none has come."""
        if self._first is None:
            return None
        if self._first == signal.SIGINT:
            return Fired("interrupted", "Ctrl+C asked to stop after the batch.", {"signal": "SIGINT"}, self.name)
        name = self._first.name
        return Fired("terminated", f"{name} asked to stop after the batch.", {"signal": name}, self.name)

    def start(self) -> None:
        """Sets the handlers."""
        if self._process == os.getpid():
            return
        if threading.current_thread() is not threading.main_thread():
            _logger.warning("Signals are not handled: Python allows handlers only in the main thread.")
            return
        self._first, self._interrupts = None, 0
        self._process = os.getpid()
        for number in SOFT:
            earlier = signal.getsignal(number)
            if earlier != signal.SIG_IGN and earlier is not self._handler:  # its own, in a forked process
                self._earlier[number] = (earlier, _native(number))
                signal.signal(number, self._handler)

    def close(self) -> None:
        """Puts the earlier handlers back, but for a signal that has been given another one since."""
        if self._process != os.getpid():
            return  # a forked worker: its handlers are its own
        self._process = 0
        for number, (earlier, native) in self._earlier.items():
            if signal.getsignal(number) is not self._handler:
                continue  # this object stays below that one, and passes on
            signal.signal(number, signal.SIG_DFL if earlier is None else earlier)
            if native is not None:
                native.restore()

    def before_epoch(self, at: Progress = UNTOLD) -> Fired | None:
        """Whether a signal has come."""
        return self.fired

    def after_batch(self, at: Progress = UNTOLD) -> Fired | None:
        """Whether a signal has come."""
        return None if self._first is None else self.fired

    def while_paused(self, at: Progress = UNTOLD) -> Fired | None:
        """Whether a signal has come."""
        return self.fired

    def before_validation(self, at: Progress = UNTOLD) -> Fired | None:
        """Whether a signal has come."""
        return self.fired

    def after_epoch(self, at: Progress = UNTOLD) -> Fired | None:
        """Whether a signal has come."""
        return self.fired

    def closeness(self) -> Closeness | None:
        """That a signal has come; None while none has."""
        return None if self._first is None else Closeness(1.0, f"{self._first.name}: stopping after this batch")

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._process and self._process != os.getpid():
            self._in_worker(number)
            return
        if not self._process:
            self._pass_on(number, frame)
            return
        if number == signal.SIGINT:
            self._interrupts += 1
            if self._interrupts > 1:
                raise KeyboardInterrupt
        news = self._first is None
        self._first = self._first or signal.Signals(number)
        if self._noted is not None:
            self._noted()
        said = self._pass_on(number, frame)
        if said:
            return
        if number == signal.SIGINT:
            _say(_FIRST)
        elif news:
            _say(f"\nkymo: {self._first.name}: stopping after this batch.\n")

    def _pass_on(self, number: int, frame: FrameType | None) -> bool:
        """Has the earlier handler act; whether that was another of these, which says by itself what happens."""
        earlier, native = self._earlier.get(number, (None, None))
        if callable(earlier):
            # Python's own handler of Ctrl+C raises: that is what the second one does.
            if earlier is not signal.default_int_handler or not self._process:
                earlier(number, frame)
        elif not self._process:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        elif native is not None:
            native.call()
        return isinstance(getattr(earlier, "__self__", None), StopSignals)

    def _in_worker(self, number: int) -> None:
        """Lets a forked worker live: the process it works for decides when it ends, and ends it by SIGTERM."""
        if number == signal.SIGTERM:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)


def _native(number: int) -> NativeAction | None:
    try:
        return NativeAction(number)
    except (OSError, AttributeError):  # no C library that can be asked
        return None


def _say(text: str) -> None:
    """Writes to standard error in one system call: a handler may run in the middle of any other write."""
    try:
        # A notebook shows what goes through its own stream object, and nothing that is written to the file descriptor.
        if "ipykernel" in sys.modules:
            sys.stderr.write(text)
        else:
            os.write(sys.stderr.fileno(), text.encode())
    except (AttributeError, OSError, ValueError, RuntimeError):  # no stream, closed, or in the middle of a write
        return
