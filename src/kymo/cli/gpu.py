"""`kymo gpu`: what the GPUs of this machine do, and for whom."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from kymo.probe.gpu.gpu import Gpu
    from kymo.probe.gpu.nvml import Nvml

# What NVML measures over a span (the work of the multiprocessors) needs two looks that lie this far apart.
_SPAN_SECONDS = 0.2
_GIBIBYTE = 1 << 30


def gpu(
    once: Annotated[bool, typer.Option("--once", help="Print the table once, rather than until Ctrl+C.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object with all numbers, once.")] = False,
    every: Annotated[float, typer.Option("--every", min=0.2, help="Seconds from one look to the next.")] = 1.0,
) -> None:
    """Show the GPUs of this machine: how busy, how full, how hot, and which trainings run on them.

    Example: `kymo gpu`, or for a script: `kymo gpu --json`
    """
    from kymo.probe.gpu.nvml import Nvml, NvmlError

    try:
        with Nvml() as nvml:
            gpus = nvml.gpus()
            looked(gpus)
            time.sleep(_SPAN_SECONDS)
            if as_json:
                print(json.dumps({"driver": nvml.driver, "gpus": looked(gpus)}, indent=2))
            elif once:
                _console().print(_table(nvml, looked(gpus)))
            else:
                _watch(nvml, gpus, every)
    except NvmlError as error:
        print(f"kymo: {error}", file=sys.stderr)
        raise typer.Exit(1) from None


def looked(gpus: list[Gpu]) -> list[dict[str, Any]]:
    """All that is known of each GPU, and of the processes on it, as JSON knows it.

    Raises:
        NvmlError: The driver has died, or a card is lost.
    """
    from kymo.cli.training_process import training_process

    found = []
    for each in gpus:
        processes = []
        for process in each.processes():
            known = training_process(process.pid)
            run = None if known.run is None else str(known.run)
            processes.append({**process._asdict(), "command": known.command, "run": run, "said": known.said})
        named = {"index": each.index, "name": each.name, "uuid": each.uuid}
        found.append({**named, **asdict(each.read(slowly=True)), "processes": processes})
    return found


def _watch(nvml: Nvml, gpus: list[Gpu], every: float) -> None:
    from rich.live import Live

    with Live(_table(nvml, looked(gpus)), console=_console(), auto_refresh=False) as live:
        while True:
            time.sleep(every)
            live.update(_table(nvml, looked(gpus)), refresh=True)


def _console() -> Any:
    from rich.console import Console

    return Console(highlight=False)


def _table(nvml: Nvml, gpus: list[dict[str, Any]]) -> Table:
    from rich.table import Table
    from rich.text import Text

    title = f"driver {nvml.driver}" if nvml.driver else None
    table = Table(box=None, pad_edge=False, header_style="dim", caption=title, caption_justify="left")
    for heading in ("gpu", "name", "busy", "memory", "power", "°C", "held down by", "trainings and other processes"):
        numbers = heading in ("busy", "memory", "power", "°C")
        table.add_column(heading, overflow="fold", justify="right" if numbers else "left")
    for each in gpus:
        cells = [str(each["index"]), each["name"], _busy(each), _memory(each), _power(each)]
        cells += [_number(each["temperature"]), ", ".join(each["throttled"] or ()).replace("_", " "), _told(each)]
        table.add_row(*map(Text, cells))
    return table


def _busy(gpu: dict[str, Any]) -> str:
    """The share of time with work, and where the card tells, how much of it was at work."""
    active = "" if gpu["sm_active"] is None else f" ({_number(gpu['sm_active'])} % SM)"
    return f"{_number(gpu['utilization'])} %{active}"


def _memory(gpu: dict[str, Any]) -> str:
    used, total = gpu["memory_used"], gpu["memory_total"]
    if used is None or total is None:
        return "–"
    return f"{used / _GIBIBYTE:.1f} of {total / _GIBIBYTE:.1f} GiB"


def _power(gpu: dict[str, Any]) -> str:
    limit = "" if gpu["power_limit"] is None else f" of {gpu['power_limit']:.0f}"
    return f"{_number(gpu['power'])}{limit} W"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def _told(gpu: dict[str, Any]) -> str:
    """A line for each process: the run and how it is doing, else the command."""
    lines = []
    for process in gpu["processes"]:
        memory = "" if process["memory"] is None else f", {process['memory'] / _GIBIBYTE:.1f} GiB"
        what = f"{process['run']}: {process['said']}" if process["run"] else process["command"] or "another user's"
        lines.append(f"{what} (pid {process['pid']}{memory})")
    return "\n".join(lines)
