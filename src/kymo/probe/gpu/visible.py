"""Which GPUs a process sees, and in which order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kymo.probe.gpu.gpu import Gpu


def visible_gpus(gpus: Sequence[Gpu], environ: Mapping[str, str]) -> list[Gpu]:
    """The GPUs as CUDA numbers them for a process: the first one is `cuda:0`.

    `CUDA_VISIBLE_DEVICES` names them by index, by UUID or the beginning of one, or as instances of divided cards (MIG),
    all in the way that its first entry does. An entry that names none hides itself and all that follow, and one that
    names a GPU twice hides all, as in CUDA. A card that is divided is given whole, unless an instance of it is named.

    NVML counts cards by their places on the bus. CUDA does so with `CUDA_DEVICE_ORDER=PCI_BUS_ID`; without it the
    fastest card is its first, which makes a difference only where cards of one machine differ.

    See https://docs.nvidia.com/cuda/cuda-c-programming-guide/#cuda-environment-variables.

    Args:
        gpus: All GPUs of the machine, while NVML is open.
        environ: The environment of the process.

    Raises:
        NvmlError: The card of an instance is lost, or the driver has died.
    """
    listed = environ.get("CUDA_VISIBLE_DEVICES")
    if listed is None:
        return list(gpus)
    entries = [entry.strip() for entry in listed.split(",")]
    named = {"GPU-": _by_uuid, "MIG-": _instance}.get(entries[0][:4], _by_index)
    seen: list[Gpu] = []
    for entry in entries:
        gpu = named(entry, gpus)
        if gpu is None:
            break
        if any(gpu is other or (gpu.uuid and gpu.uuid == other.uuid) for other in seen):
            return []
        seen.append(gpu)
    return seen


def _by_index(entry: str, gpus: Sequence[Gpu]) -> Gpu | None:
    # CUDA counts those that the process may open, and reads a number as far as it is one.
    number = re.match(r"\+?([0-9]+)", entry)
    return None if number is None or int(number[1]) >= len(gpus) else gpus[int(number[1])]


def _by_uuid(entry: str, gpus: Sequence[Gpu]) -> Gpu | None:
    found = [gpu for gpu in gpus if entry.startswith("GPU-") and gpu.uuid.startswith(entry)]
    return found[0] if len(found) == 1 else None


def _instance(entry: str, gpus: Sequence[Gpu]) -> Gpu | None:
    """The instance of a divided card that has this UUID."""
    import pynvml

    try:
        handle = pynvml.nvmlDeviceGetHandleByUUID(entry)
        card = pynvml.nvmlDeviceGetDeviceHandleFromMigDeviceHandle(handle)
        owner = pynvml.nvmlDeviceGetUUID(card)
    except pynvml.NVMLError:
        return None
    index = next((gpu.index for gpu in gpus if gpu.uuid == owner), None)
    return None if index is None else Gpu(handle, index, card)
