"""What the C library does on a signal: more than Python knows of."""

import ctypes
import signal
import sys

# Of `struct sigaction`: the handler comes first; the flags lie after the mask on Linux, before it elsewhere.
_BYTES = 256
_LINUX_FLAGS = 8 + 128
_SA_SIGINFO = 4


class NativeAction:
    """A signal's action as it is, kept to be put back whole: handlers that libraries set in C, and all flags.

    `signal.getsignal` does not tell of a C handler that was set after Python started (`faulthandler.register` sets
    one), and `signal.signal` cannot put one back.

    Args:
        number: The signal.

    Raises:
        OSError: The C library does not tell it.

    Example:
        >>> import faulthandler, signal
        >>> faulthandler.register(signal.SIGUSR1)
        >>> action, known = NativeAction(signal.SIGUSR1), signal.getsignal(signal.SIGUSR1)
        >>> action.is_handler, known is signal.SIG_DFL
        (True, True)
        >>> _ = faulthandler.unregister(signal.SIGUSR1)
        >>> NativeAction(signal.SIGUSR1).is_handler
        False
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._library = ctypes.CDLL(None, use_errno=True)
        self._action = ctypes.create_string_buffer(_BYTES)
        if self._library.sigaction(number, None, self._action):
            raise OSError(ctypes.get_errno(), f"The action of signal {number} cannot be read")

    @property
    def is_handler(self) -> bool:
        """Whether it is a function; Python's own stands for all handlers in Python."""
        return self._address not in (int(signal.SIG_DFL), int(signal.SIG_IGN))

    def call(self) -> None:
        """Calls the function, if it takes nothing but the signal's number; what else it would need is not there."""
        flags = ctypes.c_int.from_buffer(self._action, _LINUX_FLAGS).value
        if self.is_handler and sys.platform == "linux" and not flags & _SA_SIGINFO:
            ctypes.CFUNCTYPE(None, ctypes.c_int)(self._address)(self._number)

    def restore(self) -> None:
        """Makes it the signal's action again."""
        self._library.sigaction(self._number, self._action, None)

    @property
    def _address(self) -> int:
        return ctypes.c_size_t.from_buffer(self._action).value
