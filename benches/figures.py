"""The figures of benches/results as Markdown: the promises, and each library beside the others."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
MISSED = HERE / "missed.toml"
NOT_RUN = "Not measured: run `python benches/run.py {}`.\n"
# The promises in the order of a number's way: written, kept, read, served, drawn. A bench that is not here comes last.
ORDER = [
    "add_scalar",
    "run_log",
    "run_step",
    "probe_cost",
    "tune",
    "histogram",
    "watch",
    "stop_file",
    "import_time",
    "outages",
    "survives_kill",
    "load",
    "many_runs",
    "image_log",
    "viewport",
    "first_chart",
    "add_to_pixel",
    "stop_to_page",
    "panning",
    "live_memory",
    "beside_tensorboard",
    "bundle",
]
WRITERS = ["kymo", "torch", "tensorboardX", "kohakuboard", "trackio"]
NOTHING = "–"

Document = dict[str, Any]
Row = Mapping[str, Any]


def documents(results: Path = RESULTS) -> dict[str, Document]:
    """Every results file by its bench's name, in the order of the promises."""
    found = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(results.glob("*.json"))}
    return dict(sorted(found.items(), key=lambda item: ORDER.index(item[0]) if item[0] in ORDER else len(ORDER)))


def digest(name: str, results: Path = RESULTS) -> str:
    """What a plot carries to say which results it was made from."""
    return hashlib.sha256((results / f"{name}.json").read_bytes()).hexdigest()


def claims(found: Mapping[str, Document]) -> Iterator[tuple[str, Row]]:
    for name, document in found.items():
        yield from ((name, row) for row in document["rows"] if "claim" in row)


def readme_table(found: Mapping[str, Document]) -> str:
    """Each promise with what was measured, and the machines and commits."""
    lines = ["| what | measured | budget | |", "| --- | ---: | ---: | --- |"]
    for name, row in claims(found):
        kept = "kept" if row["kept"] else "**missed**"
        lines.append(f"| [{row['claim']}](benches/results/{name}.json) | {_measured(row)} | {_budget(row)} | {kept} |")
    return "\n".join([*lines, "", *_machines(found)]) + "\n"


def budget_table(found: Mapping[str, Document]) -> str:
    """As in the README, with the reason for what is missed, and what is not measured at all."""
    told = tomllib.loads(MISSED.read_text(encoding="utf-8"))
    lines = ["| promise | measured | budget | | taken |", "| --- | ---: | ---: | --- | --- |"]
    for name, row in claims(found):
        reason = told["reasons"].get(row["claim"], "the reason is not known yet.")
        kept = "met" if row["kept"] else f"**missed**: {reason}"
        link = f"[{row['claim']}](../benches/results/{name}.json)"
        lines.append(f"| {link} | {_measured(row)} | {_budget(row)} | {kept} | {_taken(found[name])} |")
    lines += [
        f"| {each['what']} | {NOTHING} | {each['budget']} | not measured: {each['why']} | |"
        for each in told["unmeasured"]
    ]
    return "\n".join([*lines, "", *_machines(found)]) + "\n"


def without_reason(found: Mapping[str, Document]) -> list[str]:
    """The promises that are missed and say no reason, and the reasons of promises that there are not."""
    reasons = tomllib.loads(MISSED.read_text(encoding="utf-8"))["reasons"]
    known = {row["claim"]: row["kept"] for _, row in claims(found)}
    unexplained = [each for each, kept in known.items() if not kept and each not in reasons]
    unknown = [each for each in reasons if each not in known]
    return [
        f'missed without a reason in benches/missed.toml: below [reasons], add {json.dumps(each)} = "why"'
        for each in unexplained
    ] + [f"benches/missed.toml explains what no result claims: remove {json.dumps(each)}" for each in unknown]


def writers_table(found: Mapping[str, Document]) -> str:
    """What each library's logging costs, and what `kill -9` leaves of it."""
    columns = {
        "µs a call, back to back": ("mean us", "back to back"),
        "µs a call, between work": ("mean us", "2 ms of work between"),
        "CPU µs, back to back": ("all CPU us", "back to back"),
        "CPU µs, between work": ("all CPU us", "2 ms of work between"),
        "worst call, µs": ("worst us", "back to back"),
        "bytes a number": ("bytes a number", "back to back"),
        "peak MiB": ("peak MiB", "back to back"),
    }
    logging, killing = _rows(found, "add_scalar"), _rows(found, "survives_kill")
    table = []
    for library in WRITERS:
        calls = {row["pace"]: row for row in logging if row["library"] == library and row["numbers a call"] == 1}
        kill = next((row for row in killing if row["library"] == library), {})
        cells = [_number(calls.get(pace, {}).get(key)) for key, pace in columns.values()]
        kept = [_number(kill.get(key)) for key in ("kept %", "worst kept %", "worst oldest lost ms")]
        table.append([library, *cells, *kept])
    killed = ["% kept after kill -9, median", "worst", "oldest number lost, ms old"]
    return _table(["library", *columns, *killed], table) + _failures(logging + killing, "library")


def readers_table(found: Mapping[str, Document]) -> str:
    """What each loader takes for the same log directory."""
    columns = {"scalars": "scalars", "s until all can be drawn": "seconds", "s until all is drawn": "drawn s"} | {
        "CPU s": "CPU s",
        "scalars/s": "scalars/s",
        "peak MiB": "peak MiB",
    }
    rows = [row for row in _rows(found, "load") if "loader" in row]
    table = [[row["loader"], *(_number(row.get(key)) for key in columns.values()), row["kept"]] for row in rows]
    index = next((row for row in _rows(found, "load") if "index of" in row), None)
    told = ""
    if index:
        told = (
            f"\nThe index of {index['index of']} takes {_number(index['index bytes'])} bytes and"
            f" {_number(index['writing it, CPU s'])} s of CPU to write. A start without it reads"
            f" {_number(index['bytes read without'])} bytes, a start with it {_number(index['bytes read with'])}, and"
            " what it maps into memory.\n"
        )
    return _table(["loader", *columns, "keeps"], table) + told


def growth_table(found: Mapping[str, Document], bench: str, who: str, columns: Mapping[str, str]) -> str:
    """One line for each library or loader and size; what was not run says why."""
    table = [
        [row[who], _number(row["points"]), *(_number(row[key]) for key in columns.values()), row["told"]]
        for row in _rows(found, bench)
    ]
    return _table([who, "points", *columns, ""], table)


def writing_growth(found: Mapping[str, Document]) -> str:
    columns = {"s in the calls": "calls s", "s until on disk": "on disk s", "CPU s": "CPU s", "peak MiB": "peak MiB"}
    return growth_table(
        found, "growth_writing", "library", columns | {"bytes a point": "bytes a point", "points kept": "points kept"}
    )


def reading_growth(found: Mapping[str, Document]) -> str:
    columns = {"s until all can be drawn": "can be drawn s", "s until all is drawn": "drawn s", "CPU s": "CPU s"}
    return growth_table(
        found, "growth_reading", "loader", columns | {"peak MiB": "peak MiB", "points held": "points held"}
    )


def outages_table(found: Mapping[str, Document]) -> str:
    """What each disk does to the calling thread, and what memory very many calls take."""
    columns = {"calls": "calls", "worst call, µs": "worst us", "calls over 1 ms": "calls over 1 ms"} | {
        "times it went to sleep": "waits",
        "calls that raised": "calls that raised",
        "% kept": "kept %",
    }
    rows = _rows(found, "outages")
    lines = [
        [row["library"], row["disk"], *(_number(row[key]) for key in columns.values())] for row in rows if "disk" in row
    ]
    memory = {key[len("MiB after ") :]: value for row in rows for key, value in row.items() if key.startswith("MiB")}
    told = "; ".join(f"{_number(value)} after {calls} calls" for calls, value in memory.items())
    return _table(["library", "disk", *columns], lines) + (f"\nkymo's resident memory, MiB: {told}.\n" if told else "")


def paced_table(found: Mapping[str, Document]) -> str:
    """What calls cost by what happened before them, µs."""
    paces = ("back to back", "2 ms of work between", "caches overwritten")
    rows = _rows(found, "paced_call")
    return _table(
        ["call", *paces], [[row["call"], *(_number(row[f"{pace}, p50 us"]) for pace in paces)] for row in rows]
    )


def run_log_table(found: Mapping[str, Document]) -> str:
    """What ten numbers in a call cost a training loop."""
    columns = {"calls": "calls", "µs a call": "mean us", "median": "p50 us", "p99": "p99 us", "worst": "worst us"}
    columns |= {"calls over 1 ms": "calls over 1 ms", "times it went to sleep": "waits"}
    columns |= {"µs a turn of the loop": "step us", "CPU µs": "all CPU us", "bytes a number": "bytes a number"}
    columns |= {"events a call": "events a call"}
    rows = _rows(found, "run_log")
    table = [[row["library"], row["pace"], *(_number(row[key]) for key in columns.values())] for row in rows]
    return _table(["library", "pace", *columns], table) + _failures(rows, "library")


def run_step_table(found: Mapping[str, Document]) -> str:
    """What a loop adds to a training step."""
    columns = {"ms a step": "ms a step", "% slower in a step": "% slower in a step", "its standard error": "its error"}
    columns |= {"ms at an epoch's end": "ms at an epoch's end", "% of other threads": "% of other threads"}
    columns |= {"% slower at most": "% slower"}
    rows = _rows(found, "run_step")
    table = [[row["loop"], *(_number(row[key]) for key in columns.values())] for row in rows]
    return _table(["loop", *columns], table) + _failures(rows, "loop")


def probe_cost_table(found: Mapping[str, Document]) -> str:
    """What it costs to know where the time of a step goes."""
    columns = {"a step of": "step", "µs more": "µs more", "% slower in a step": "% slower in a step"}
    columns |= {"% of other threads": "% of other threads", "% slower at most": "% slower"}
    rows = _rows(found, "probe_cost")
    table = [[row["loop"], *(_number(row.get(key)) for key in columns.values())] for row in rows]
    return _table(["loop", *columns], table) + _failures(rows, "loop")


def histogram_table(found: Mapping[str, Document]) -> str:
    """What counting values for a histogram costs."""
    columns = {"values": "values", "ms a call": "ms a call", "CPU ms": "CPU ms", "ns a value": "ns a value"}
    columns |= {"bytes a histogram": "bytes a histogram", "peak MiB": "peak MiB"}
    rows = _rows(found, "histogram")
    table = [[row["library"], row["on"], *(_number(row[key]) for key in columns.values())] for row in rows]
    return _table(["library", "on", *columns], table) + _failures(rows, "library")


def watch_table(found: Mapping[str, Document]) -> str:
    """What looking into a network costs a training."""
    columns = {"steps": "steps", "looks": "looks", "ms a step": "ms a step", "ms a look": "ms a look"}
    columns |= {"% slower": "% slower", "% as told": "% as told", "bytes a look": "bytes a look"}
    rows = _rows(found, "watch")
    table = [[row["network"], row["loop"], *(_number(row[key]) for key in columns.values())] for row in rows]
    return _table(["network", "loop", *columns], table) + _failures(rows, "loop")


def tune_table(found: Mapping[str, Document]) -> str:
    """What `kymo.tune` advises, and the best of all settings."""
    columns = ["advised", "batches/s", "best of all", "its batches/s", "gain", "gain as told"]
    table = [[row["data"], *(_number(row[key]) for key in columns)] for row in _rows(found, "tune")]
    return _table(["data", *columns], table)


def stop_file_table(found: Mapping[str, Document]) -> str:
    """What one look for the file `STOP` costs, µs."""
    columns = {"back to back": "back to back, p50 us", "2 ms of work between": "2 ms of work between, p50 us"}
    columns |= {"p99": "2 ms of work between, p99 us"}
    table = [
        [row["call"], row["does"], *(_number(row[key]) for key in columns.values())]
        for row in _rows(found, "stop_file")
    ]
    return _table(["call", "does", *columns], table)


def many_runs_table(found: Mapping[str, Document]) -> str:
    """What each loader takes for very many small runs."""
    columns = {"runs": "runs", "series": "series", "s until all can be drawn": "seconds"} | {
        "s until all is drawn": "drawn s",
        "CPU s": "CPU s",
        "peak MiB": "peak MiB",
        "files open": "open files",
    }
    rows = _rows(found, "many_runs")
    table = [[row["loader"], *(_number(row[key]) for key in columns.values()), row["kept"]] for row in rows]
    return _table(["loader", *columns, "keeps"], table)


def image_log_table(found: Mapping[str, Document]) -> str:
    """What a log full of images takes to load."""
    columns = {"GB": "GB", "images": "images", "scalars": "scalars", "s": "seconds", "CPU s": "CPU s"}
    columns |= {"peak MiB": "peak MiB"}
    rows = _rows(found, "image_log")
    return _table(
        ["loader", *columns], [[row["loader"], *(_number(row[key]) for key in columns.values())] for row in rows]
    )


def dashboards_table(found: Mapping[str, Document]) -> str:
    """kymo's page beside TensorBoard's."""
    columns = {"visits": "visits", "s to the first chart": "first chart s", "at worst": "worst first chart s"}
    columns |= {"s until a new point is seen": "new point s"}
    rows = _rows(found, "beside_tensorboard")
    return _table(
        ["dashboard", *columns], [[row["dashboard"], *(_number(row[key]) for key in columns.values())] for row in rows]
    )


def motion_table(found: Mapping[str, Document]) -> str:
    """Frames while a chart of long series is moved and zoomed, ms."""
    columns = {"frames": "frames", "median ms": "median ms", "p95": "p95 ms", "p99": "p99 ms", "worst": "worst ms"}
    columns |= {"% of frames drawn anew": "drawn anew %", "tasks over 50 ms": "tasks over 50 ms"}
    rows = _rows(found, "panning")
    return _table(
        ["gesture", *columns], [[row["gesture"], *(_number(row[key]) for key in columns.values())] for row in rows]
    )


def live_memory_table(found: Mapping[str, Document]) -> str:
    """Memory over an hour's live data."""
    columns = {"points a series": "points a series", "page MiB": "page MiB", "document MiB": "document MiB"}
    columns |= {"DOM nodes": "DOM nodes", "listeners": "listeners", "server MiB": "server MiB"}
    rows = _rows(found, "live_memory")
    return _table([*columns], [[_number(row[key]) for key in columns.values()] for row in rows])


Writer = Callable[[Mapping[str, Document]], str]


def of_bench(bench: str, table: Writer) -> Writer:
    """The table, or a word that the bench has no results."""
    return lambda found: table(found) if bench in found else NOT_RUN.format(bench)


def _rows(found: Mapping[str, Document], bench: str) -> list[Row]:
    return [row for row in found[bench]["rows"] if "claim" not in row] if bench in found else []


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    numeric = [
        " ---: "
        if head[column]
        not in {
            "library",
            "loader",
            "disk",
            "call",
            "keeps",
            "dashboard",
            "gesture",
            "pace",
            "on",
            "loop",
            "network",
            "does",
            "data",
            "advised",
            "best of all",
            "",
        }
        else " --- "
        for column in range(len(head))
    ]
    lines = [f"| {' | '.join(head)} |", f"|{'|'.join(numeric)}|", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines) + "\n"


def _failures(rows: Iterable[Row], who: str) -> str:
    told = dict.fromkeys(f"{row[who]}: {row['told']}." for row in rows if row.get("told"))
    return f"\n{' '.join(told)}\n" if told else ""


def _number(value: float | str | None) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return value
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def _measured(row: Row) -> str:
    return _shown(row["value"], " / " in row["claim"])


def _budget(row: Row) -> str:
    return _shown(row["budget"], " / " in row["claim"])


def _shown(value: float, ratio: bool) -> str:
    if ratio and 0 < value < 1:
        inverse = 1 / value
        return f"1/{inverse:.0f}" if inverse >= 9.5 or inverse == round(inverse) else f"1/{inverse:.1f}"
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def _taken(document: Document) -> str:
    return f"`{document['commit'][:9]}`, {document['date'][:10]}"


def _machines(found: Mapping[str, Document]) -> list[str]:
    """One sentence for each machine and commit: which benches were run there, and whether it had other work."""
    benches: dict[str, list[str]] = {}
    for name, document in found.items():
        machine = document["machine"]
        busy = machine.get("load_at_start", 0) > machine["cores"]
        where = f"{machine['cpu']}, {machine['cores']} cores{', busy with other work' if busy else ''}"
        benches.setdefault(f"{where}; commit {document['commit'][:9].rstrip('+')}", []).append(name)
    if len(benches) == 1:
        return [f"Measured on {next(iter(benches))}."]
    return [f"Measured on {where}: {', '.join(names)}." for where, names in benches.items()]
