"""Draws how the costs grow, from the results into docs/images: one SVG for writing and one for reading.

python benches/plots.py
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import figures
import matplotlib as mpl
from documents import PLOTS, ROOT
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

# Colours of the light theme; those of the dark one take their places where the reader's system is dark.
PAPER, INK, FAINT = "#fffffe", "#1f2328", "#d0d7df"
DARK = {PAPER: "#0d1117", INK: "#e6edf3", FAINT: "#30363d"}
# Okabe and Ito's palette, told apart by people who do not see all colours; markers differ as well.
STYLES = {
    "kymo": ("#d55e00", "o"),
    "kymo, no index": ("#d55e00", "o"),
    "kymo, index": ("#e69f00", "D"),
    "torch": ("#0072b2", "s"),
    "tensorboardX": ("#009e73", "^"),
    "kohakuboard": ("#cc79a7", "v"),
    "trackio": ("#56b4e9", "P"),
    "data server": ("#0072b2", "s"),
    "data server, all": ("#009e73", "^"),
    "EventAccumulator": ("#cc79a7", "v"),
}
LABEL_GAP, LABEL_WIDTH = 10.5, 90  # in points


class Panel(NamedTuple):
    column: str
    title: str


class Line(NamedTuple):
    name: str
    points: list[float]
    values: list[float]


PANELS = {
    "growth_writing": [
        Panel("on disk s", "seconds until all is on disk"),
        Panel("CPU s", "seconds of CPU, all threads and children"),
        Panel("peak MiB", "peak memory, MiB"),
        Panel("bytes a point", "bytes on disk a point"),
    ],
    "growth_reading": [
        Panel("can be drawn s", "seconds until all can be drawn"),
        Panel("CPU s", "seconds of CPU"),
        Panel("peak MiB", "peak memory, MiB"),
        Panel("points held", "points that can be drawn"),
    ],
}


def lines(rows: Iterable[figures.Row], column: str) -> list[Line]:
    """The measured sizes of each library or loader."""
    found: dict[str, Line] = {}
    for row in rows:
        name = row.get("library") or row["loader"]
        if row.get(column):
            line = found.setdefault(name, Line(name, [], []))
            line.points.append(row["points"])
            line.values.append(row[column])
    return list(found.values())


def draw(axes: Axes, panel: Panel, found: Sequence[Line]) -> None:
    axes.set(xscale="log", yscale="log")
    axes.set_title(panel.title, loc="left", fontsize=10, color=INK)
    axes.set_xlabel("points", fontsize=9, color=INK)
    axes.grid(color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FAINT)
    axes.tick_params(which="both", color=FAINT, labelcolor=INK, labelsize=8)
    for line in reversed(found):  # kymo is drawn last, over the others
        colour, marker = STYLES[line.name]
        width = 2.2 if line.name.startswith("kymo") else 1.4
        axes.plot(
            line.points, line.values, color=colour, marker=marker, markersize=4.5, linewidth=width, label=line.name
        )
    widest = max(line.points[-1] for line in found)
    axes.set_xlim(right=widest * (widest / min(line.points[0] for line in found)) ** 0.42)
    low, high = axes.get_ylim()
    if high / low < 10:  # a decade at least, so that a flat line looks flat
        low, high = low / 2, high * 2
    axes.set_ylim(low, high * 1.3)
    for axis, (lowest, highest) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5) if highest / lowest < 50 else (1,), numticks=12))
        axis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
        axis.set_minor_formatter(NullFormatter())


def short(value: float) -> str:
    """0.01, 20, 10 k, 5 M."""
    for unit, name in ((1e6, " M"), (1e3, " k")):
        if value >= unit:
            return f"{value / unit:g}{name}"
    return f"{value:g}"


def label(axes: Axes, found: Sequence[Line]) -> None:
    """A name at the end of each line, moved apart where two would overlap."""
    to_points = 72 / axes.get_figure().dpi
    ends = [axes.transData.transform((line.points[-1], line.values[-1])) * to_points for line in found]
    for line, end, target in zip(found, ends, side_by_side([(x, y) for x, y in ends]), strict=True):
        axes.annotate(
            line.name,
            (line.points[-1], line.values[-1]),
            (8, target - end[1]),
            textcoords="offset points",
            va="center",
            fontsize=8,
            color=INK,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.6},
        )


def side_by_side(ends: Sequence[tuple[float, float]]) -> list[float]:
    """Heights at which labels of these places do not overlap: those too near are spread around their middle."""
    clusters: list[list[int]] = []
    for index in sorted(range(len(ends)), key=lambda index: ends[index][1]):
        cluster = [index]
        while clusters and _overlap(clusters[-1], cluster, ends):
            cluster = clusters.pop() + cluster
        clusters.append(cluster)
    heights = dict(pair for cluster in clusters for pair in zip(cluster, _spread(cluster, ends), strict=True))
    return [heights[index] for index in range(len(ends))]


def _spread(cluster: Sequence[int], ends: Sequence[tuple[float, float]]) -> list[float]:
    middle = sum(ends[index][1] for index in cluster) / len(cluster)
    return [middle + (place - (len(cluster) - 1) / 2) * LABEL_GAP for place in range(len(cluster))]


def _overlap(below: Sequence[int], above: Sequence[int], ends: Sequence[tuple[float, float]]) -> bool:
    near = any(abs(ends[one][0] - ends[other][0]) < LABEL_WIDTH for one in below for other in above)
    return near and _spread(above, ends)[0] - _spread(below, ends)[-1] < LABEL_GAP


def figure(name: str, document: figures.Document) -> Figure:
    made = Figure(figsize=(9.6, 7.2), layout="constrained", facecolor=PAPER)
    grid: Any = made.subplots(2, 2)
    every = [(axes, lines(document["rows"], panel.column)) for axes, panel in zip(grid.flat, PANELS[name], strict=True)]
    for (axes, found), panel in zip(every, PANELS[name], strict=True):
        axes.set_facecolor(PAPER)
        draw(axes, panel, found)
    made.draw_without_rendering()  # only then is it known where the lines end
    for axes, found in every:
        label(axes, found)
    return made


def svg(name: str, document: figures.Document) -> str:
    """The figure, with the digest of its results, and with the colours of a dark page where the reader has one."""
    mpl.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": name, "font.family": "sans-serif"}
    content = io.StringIO()
    about = {"Date": None, "Creator": "benches/plots.py", "Description": f"results {figures.digest(name)}"}
    figure(name, document).savefig(content, format="svg", metadata=about, facecolor=PAPER)
    rules = "".join(
        f'[style*="{kind}: {light}"] {{ {kind}: {dark} !important }} '
        for light, dark in DARK.items()
        for kind in ("fill", "stroke")
    )
    style = f"<style>@media (prefers-color-scheme: dark) {{ {rules}}}</style>"
    head, rest = content.getvalue().split("<defs>", 1)
    return "\n".join(line.rstrip() for line in f"{head}{style}\n <defs>{rest}".splitlines()) + "\n"


def main() -> None:
    found = figures.documents()
    for path, name in PLOTS.items():
        if name not in found:
            print(f"{path} stays as it is: there are no results, run `python benches/run.py {name}`")
            continue
        Path(ROOT / path).write_text(svg(name, found[name]), encoding="utf-8")
        print(path)


if __name__ == "__main__":
    main()
