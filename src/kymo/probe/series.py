"""What the series of sensors are called, and what they say, with their units."""

from __future__ import annotations

HOST = {
    "cores": "How many cores the training may keep busy.",
    "cpu": "CPU time of all processes, in percent of the cores that this one may use.",
    "process_cpu": "CPU time of the training process, in percent of the cores that it may use.",
    "workers_cpu": "CPU time of the processes that the training has started, in percent of the cores that it may use.",
    "process_core_wait": "Time in which the training's main thread could have run and had no core, in percent.",
    "workers_core_wait": "The same of the processes that it has started, a mean, in percent.",
    "memory": "Memory in use, in percent of what there is, or of the container's limit.",
    "memory_used": "Memory in use, in bytes.",
    "process_memory": "Resident memory of the training process, in bytes.",
    "workers_memory": "Resident memory of the processes that the training has started, in bytes; what several share, "
    "each has.",
    "swap_used": "Swap space in use, in bytes.",
    "disk_read": "Read from all disks, in bytes per second.",
    "disk_write": "Written to all disks, in bytes per second.",
    "process_disk_read": "Read from disks by the training and the processes that it has started, in bytes per second.",
    "network_received": "Received from the network, in bytes per second.",
    "network_sent": "Sent to the network, in bytes per second.",
    "pressure_cpu": "Time in which some process waited for a core, in percent.",
    "pressure_io": "Time in which some process waited for a disk, in percent.",
    "pressure_memory": "Time in which some process waited for memory, in percent.",
    "load": "Processes that run or wait, a mean over the last minute.",
}

GPU = {
    "utilization": "Time in which the GPU had at least one kernel to run, in percent.",
    "memory": "Memory in use, in percent.",
    "memory_used": "Memory in use, in bytes.",
    "temperature": "Temperature, in °C.",
    "power": "Power drawn, in watts.",
    "power_limit": "Power that it may draw, in watts.",
    "clock_sm": "Clock of the multiprocessors, in MHz.",
    "clock_memory": "Clock of the memory, in MHz.",
    "energy": "Energy used since the run began, in joules.",
    "sm_active": "Share of the multiprocessors that were at work, a mean over time, in percent.",
    "sm_occupancy": "Share of the warps that could be resident and were, a mean over time, in percent.",
    "tensor_active": "Time in which the tensor cores were at work, in percent.",
    "memory_bandwidth": "Share of the memory's bandwidth that was used, in percent.",
    "pcie_received": "Received over PCIe, in bytes per second.",
    "pcie_sent": "Sent over PCIe, in bytes per second.",
    "process_memory": "Memory that the training has on it, in bytes.",
    "process_utilization": "Time in which kernels of the training ran, in percent.",
}

THROTTLED = {
    "power_cap": "Whether its clock is held down by its power limit (1) or not (0).",
    "thermal_software": "Whether the driver holds its clock down because it is hot (1) or not (0).",
    "thermal_hardware": "Whether the card holds its clock down because it is hot (1) or not (0).",
    "hardware_slowdown": "Whether the card holds its clock down, for heat, power or an outer signal (1), or not (0).",
    "power_brake": "Whether the power supply has asked it to slow down (1) or not (0).",
    "sync_boost": "Whether it waits for the slowest of a group of cards (1) or not (0).",
}

_PHASES = {
    "data_wait": "waiting for the next batch",
    "copy": "moving the batch to its device",
    "step": "the body of the loop, without logging: on a GPU, what the host takes to ask for it",
    "forward": "the forward pass: on a GPU, what the host takes to ask for it",
    "backward": "the backward pass, from the gradient of the model's output on",
    "optimizer": "the optimizer's step",
    "other": "the rest of the body of the loop: the loss function, metrics, and whatever else is done there",
    "logging": "logging, and what the run does between two batches",
}
_ON_GPU = {"forward": "the forward pass", "backward": "the backward pass", "optimizer": "the optimizer's step"}
_SPREADS = {"p50": "the median", "p95": "what one step in twenty exceeds", "p99": "what one step in a hundred exceeds"}
_OF = {"p50": "the median", "p95": "what one batch in twenty exceeds", "p99": "what one in a hundred exceeds"}
_MAKING = {
    "batch_cpu": "work of the thread that makes them",
    "batch_core_wait": "waiting for a core",
    "batch_blocked": "waiting for anything else: a disk, the network, a lock",
    "batch_fetch": "getting samples from the dataset, without its transforms as far as they are known",
    "batch_transform": "the dataset's transforms",
    "batch_collate": "putting samples together",
}

PIPELINE = {
    **{name: f"The part of the steps' time that is {what}, in percent." for name, what in _PHASES.items()},
    **{
        f"{name}_{key}": f"The time of a step that is {what}: {spread}, in milliseconds."
        for name, what in _PHASES.items()
        for key, spread in _SPREADS.items()
    },
    **{f"step_time_{key}": f"The time of a step: {spread}, in milliseconds." for key, spread in _SPREADS.items()},
    "gpu_wait": "The time of a step in which the GPU had nothing to do, since the next batch was waited for: a mean, "
    "in milliseconds.",
    "gpu_wait_share": "The part of the steps' time in which the GPU had nothing to do, since the next batch was waited "
    "for, in percent.",
    "gpu_copy": "The part of the steps' time in which the GPU could not compute, since the batch was copied, in "
    "percent.",
    **{
        f"gpu_{name}": f"The part of the steps' time that {what} takes on the GPU, with what it waits for the host "
        "meanwhile, in percent."
        for name, what in _ON_GPU.items()
    },
    "gpu_lag": "How far the GPU was behind the host when a step was over: a mean, in milliseconds.",
    "gpu_lag_peak": "How far the GPU was behind the host at most within a step: a mean, in milliseconds.",
    "copy_bytes": "What is copied to the GPU in a step, a mean, in bytes.",
    "copy_rate": "How fast batches are copied to the GPU, in bytes per second.",
    "copy_pinned": "How much of what is copied lies in pinned memory, in percent.",
    "copy_floats": "How much of what is copied are floating-point numbers of 32 or 64 bits, in percent.",
    "validation": "Validations that have ended since the last sample, in milliseconds.",
    "checkpoint": "What checkpoints have kept the training since the last sample, in milliseconds.",
    "workers": "How many processes make the batches; 0: the training process itself.",
    "data_wait_cpu": "How much of the time that it waited for batches the training's thread was at work, in percent.",
    "data_wait_core": "How much of the time that it waited for batches the training's thread had no core, in percent.",
    "first_batch": "The time until the first batch of a loop came, in milliseconds.",
    "batches_ready": "How many batches lay ready when the next one was asked for, a mean.",
    "queue_empty": "How often no batch lay ready when the next one was asked for, in percent.",
    **{
        f"batch_time_{key}": f"The time that making a batch takes: {what}, in milliseconds."
        for key, what in _OF.items()
    },
    "batch_rate": "Batches that were made, by all who make them, per second.",
    "makers_busy": "The part of their time that those who make the batches are at it, in percent; the rest of it, they "
    "wait until one is asked for.",
    **{name: f"The part of the time of making batches that is {what}, in percent." for name, what in _MAKING.items()},
    "batch_read": "What was read to make a batch, from disks or from memory that holds their content, in bytes.",
    "batch_read_disk": "What was fetched from disks to make a batch, in bytes.",
    "batch_major_faults": "How often making a batch had to wait for a page of memory that was not there.",
    "sample_time_p50": "The time that getting one sample takes, with its transforms: the median, in milliseconds.",
    "sample_time_p99": "The time that getting one sample takes, with its transforms: what one in a hundred exceeds, in "
    "milliseconds.",
}
_TRANSFORM = "The part of the time of making batches that this transform takes, in percent."


def host_tag(name: str) -> str:
    """The series of a number of the host.

    Example:
        >>> host_tag("cpu")
        'host/cpu'
    """
    return f"host/{name}"


def pipeline_tag(name: str) -> str:
    """The series of a number of a training's steps.

    Example:
        >>> pipeline_tag("data_wait")
        'pipeline/data_wait'
    """
    return f"pipeline/{name}"


def gpu_tag(number: int, name: str) -> str:
    """The series of a number of a GPU.

    Args:
        number: As the training counts them: 0 is `cuda:0`.
        name: Which number.

    Example:
        >>> gpu_tag(0, "utilization")
        'device/gpu0/utilization'
    """
    return f"device/gpu{number}/{name}"


def description(tag: str) -> str:
    """What a series says, in what unit; "" for one that is none of these.

    Example:
        >>> description("device/gpu1/power")
        'Power drawn, in watts.'
    """
    group, _, name = tag.rpartition("/")
    if group == "pipeline/transform":
        return _TRANSFORM
    if group in ("host", "pipeline"):
        return (HOST if group == "host" else PIPELINE).get(name, "")
    return GPU.get(name) or THROTTLED.get(name.removeprefix("throttled_"), "")
