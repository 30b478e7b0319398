"""What charts ask for, and what they are answered: the models of the routes that read whole series."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kymo.server.models import MAX_RUNS, Model, Name, Number

MAX_PIXELS = 10_000
MAX_NEAREST = 50
MAX_QUESTIONS = 100

AxisName = Literal["step", "epoch", "relative", "wall", "series"]
# Why a run has nothing to draw.
Missing = Literal["no_series", "no_epoch", "no_x_tag"]
RunNames = Annotated[list[Name], Field(max_length=MAX_RUNS)]
Bounds = Annotated[
    tuple[float | None, float | None] | None, Field(description="The part of x that is asked about; null is no bound.")
]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class Smoothing(Model):
    """Smoothing over all points, before any are left out for want of pixels."""

    kind: Literal["exponential", "time_exponential", "running_mean", "gaussian"]
    amount: Annotated[
        float,
        Field(
            ge=0,
            allow_inf_nan=False,
            description="The weight in [0, 1), the time constant in seconds, the window in points or sigma in points.",
        ),
    ]


class SeriesQuestion(Model):
    """One tag of some runs, over an x."""

    tag: Name
    x: AxisName = "step"
    x_tag: Name | None = Field(
        None, description='With x "series", and only there: the scalar tag of the same run that x is the value of.'
    )
    superseded: bool = Field(False, description="Whether points that a restart superseded take part, too.")


class LineQuestion(SeriesQuestion):
    """The line that is drawn through the points."""

    smoothing: Smoothing | None = None
    log_x: bool = Field(False, description="Whether x is drawn logarithmically: points with x <= 0 are left out.")


class ViewQuestion(LineQuestion):
    """Lines as a chart of a given width shows them."""

    range: Bounds = None
    pixels: Annotated[int, Field(ge=1, le=MAX_PIXELS)] = 1000


class ColumnsQuestion(ViewQuestion):
    """What to draw: one tag of many runs, for a chart of a given width."""

    runs: RunNames


class ColumnsRequest(Model):
    """What many charts are to draw: each question is answered by itself."""

    questions: Annotated[
        list[ColumnsQuestion],
        Field(max_length=MAX_QUESTIONS, description=f"They may name {MAX_RUNS} runs in all."),
    ]


class ArraySpan(Model):
    """Where an array lies, counted in bytes from the end of the JSON header."""

    dtype: Literal["f8", "u1"]
    offset: int
    length: int = Field(description="Elements.")


class EventMark(Model):
    """Where on x something has happened to a run: its best value, a request that it answered, its end."""

    kind: Literal["best", "control", "stop"]
    x: float


class SeriesColumns(Model):
    """One run's share of the answer."""

    run: str
    status: Literal["ok", Missing]
    points: int
    in_view: int
    not_positive: int = Field(
        description="With log_x: how many points of the range have x <= 0, where a logarithmic axis has no place."
    )
    downsampled: bool
    superseded: int
    arrays: dict[str, ArraySpan]
    restarts: list[float] = Field(description="Where on x the run was started again.")
    events: list[EventMark] = Field(description="Where on x something else has happened to the run.")


class ColumnsHeader(Model):
    """The JSON header of the binary answer to one question; the arrays follow it."""

    version: int
    tag: str
    x: AxisName
    series: list[SeriesColumns]


class ColumnsRefusal(Model):
    """The JSON header of the answer to a question that is refused, while others of the same request are not."""

    status: int = Field(description="As of a request of this question alone.")
    detail: str


class Group(Model):
    """Runs that are drawn as one."""

    name: Name
    runs: RunNames


class BandsRequest(ViewQuestion):
    """What to draw of groups of runs: each as the mean of its lines, with their spread."""

    groups: Annotated[list[Group], Field(max_length=MAX_RUNS)]


class GroupBand(Model):
    """One group's share of the answer."""

    name: str
    runs: int = Field(description="How many of the group's runs have a line.")
    points: int = Field(description="How many points these runs have, whole series.")
    arrays: dict[str, ArraySpan] = Field(
        description="x, mean, low, high, deviation and count: one element for each x; mark_x and mark_kind: where any "
        "of the runs has a value that is not finite; restarts: where any of them was started again."
    )


class BandsHeader(Model):
    """The JSON header of the binary answer; the arrays follow it."""

    version: int
    tag: str
    x: AxisName
    groups: list[GroupBand]


class NearestRequest(LineQuestion):
    """A place on a chart."""

    runs: RunNames
    at: Finite = Field(description="The place on x.")
    value: Finite = Field(description="The place on y.")
    log_y: bool = Field(False, description="Whether distance is that of the logarithms.")
    limit: Annotated[int, Field(ge=1, le=MAX_NEAREST, description="At most so many runs.")] = 10


class RunValue(Model):
    """A run and its line's value."""

    run: str
    value: Number


class Nearest(Model):
    """The runs whose lines pass nearest, the nearest first."""

    version: int
    runs: list[RunValue]


class StatisticsRequest(SeriesQuestion):
    """A part of x that every point is counted in."""

    runs: RunNames
    range: Bounds = None


class PlacedPoint(Model):
    """One point of a run, and where it lies on x."""

    x: Number
    step: int
    wall_time: Number
    value: Number


class RunStatistics(Model):
    """One run's share of the answer. Points that are not finite are counted, and take no further part."""

    run: str
    status: Literal["ok", Missing]
    points: int = Field(description="In the range.")
    finite: int = Field(description="How many of them have a finite value.")
    minimum: PlacedPoint | None = Field(description="The least, the earliest on x of several.")
    maximum: PlacedPoint | None = Field(description="The greatest, the earliest on x of several.")
    first: PlacedPoint | None = Field(description="The first on x.")
    last: PlacedPoint | None = Field(description="The last on x.")
    mean: Number | None
    deviation: Number | None = Field(description="The standard deviation of these points (not of a sample).")


class Statistics(Model):
    """What the points of each run come to."""

    version: int
    x: AxisName
    runs: list[RunStatistics]


class RunPoints(Model):
    """Every point of one run, in the order written."""

    run: str
    points: list[tuple[Number, int, Number]] = Field(description="wall_time, step and value of each.")


class Points(Model):
    """Every point of a tag."""

    tag: str
    runs: list[RunPoints]
