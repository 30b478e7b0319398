"""The driver of NVIDIA GPUs, as its library answers."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from kymo.probe.gpu.gpu import Gpu


class NvmlError(Exception):
    """There is no driver, it does not answer any more, or a card is lost."""


class Nvml:
    """The library, open until it is closed.

    Attributes:
        driver: The driver's version; "" where it does not tell.

    Raises:
        NvmlError: There is no driver, or this process may not ask it.
    """

    def __init__(self) -> None:
        import pynvml

        try:
            pynvml.nvmlInit()
        except pynvml.NVMLError as error:
            raise NvmlError(_why(error)) from None
        self._is_open = True
        try:
            self.driver = str(pynvml.nvmlSystemGetDriverVersion())
        except pynvml.NVMLError:
            self.driver = ""

    def gpus(self) -> list[Gpu]:
        """All GPUs of the machine, in the order of their places on the bus; one that cannot be opened is left out.

        Raises:
            NvmlError: The driver does not answer any more.
        """
        import pynvml

        from kymo.probe.gpu.gpu import Gpu

        found = []
        try:
            count = pynvml.nvmlDeviceGetCount()
        except pynvml.NVMLError as error:
            raise NvmlError(f"The NVIDIA driver does not tell its GPUs ({error}): none is read.") from None
        for index in range(count):
            with suppress(pynvml.NVMLError, NvmlError):
                found.append(Gpu(pynvml.nvmlDeviceGetHandleByIndex(index), index))
        return found

    def close(self) -> None:
        """Lets go of the driver; does nothing once it has."""
        import pynvml

        if self._is_open:
            self._is_open = False
            with suppress(pynvml.NVMLError):  # a driver that has died is closed
                pynvml.nvmlShutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _why(error: Any) -> str:
    """Why the library does not open, and what helps."""
    import pynvml

    if error.value == pynvml.NVML_ERROR_LIBRARY_NOT_FOUND:
        return (
            "There is no NVIDIA driver here, or none whose library libnvidia-ml.so.1 is found: "
            "install it, or pass it into the container."
        )
    helps = {
        pynvml.NVML_ERROR_DRIVER_NOT_LOADED: "load its kernel module with `modprobe nvidia`",
        pynvml.NVML_ERROR_NO_PERMISSION: "give this user, or the container, access to /dev/nvidiactl and /dev/nvidia*",
        pynvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH: "it was updated while it was loaded, so restart the machine",
    }.get(error.value, "see whether `nvidia-smi` works")
    return f"The NVIDIA driver does not answer ({error}): {helps}."
