"""Questions to a driver, of which some have no answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from kymo.probe.gpu.nvml import NvmlError

_T = TypeVar("_T")


class Answers:
    """Asks a card what it may not have a sensor for: such a question is asked once.

    Args:
        name: The card, for errors.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._missing: set[str] = set()

    def of(self, sensor: str, question: Callable[[], _T]) -> _T | None:
        """What the driver answers; None where it cannot, be it for good or this time.

        Args:
            sensor: What is asked for.
            question: Asks.

        Raises:
            NvmlError: The driver has died, or the card is lost.
        """
        import pynvml

        if sensor in self._missing:
            return None
        try:
            return question()
        except pynvml.NVMLError as error:
            if error.value in _dead():
                raise NvmlError(f"{self._name} does not answer any more ({error}): its numbers end here.") from None
            if error.value in _never():
                self._missing.add(sensor)
            return None

    def first(self, sensor: str, *questions: Callable[[], _T]) -> _T | None:
        """What the driver answers to the first question that it knows: newer drivers know some by newer names.

        Args:
            sensor: What is asked for.
            questions: Ask for the same, the newest name first.

        Raises:
            NvmlError: The driver has died, or the card is lost.
        """
        for age, question in enumerate(questions):
            answer = self.of(f"{sensor} {age}", question)
            if answer is not None:
                return answer
        return None


def _dead() -> tuple[int, ...]:
    import pynvml

    return (
        pynvml.NVML_ERROR_UNINITIALIZED,
        pynvml.NVML_ERROR_DRIVER_NOT_LOADED,
        pynvml.NVML_ERROR_GPU_IS_LOST,
        pynvml.NVML_ERROR_RESET_REQUIRED,
        pynvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH,
    )


def _never() -> tuple[int, ...]:
    import pynvml

    return (
        pynvml.NVML_ERROR_NOT_SUPPORTED,
        pynvml.NVML_ERROR_FUNCTION_NOT_FOUND,
        pynvml.NVML_ERROR_NO_PERMISSION,
        pynvml.NVML_ERROR_INVALID_ARGUMENT,
        pynvml.NVML_ERROR_ARGUMENT_VERSION_MISMATCH,
        pynvml.NVML_ERROR_DEPRECATED,
    )
