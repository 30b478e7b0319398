"""One scalar series, as its readers see it."""

from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from kymo import _core

Axis = Literal["step", "wall_time", "relative_time", "mapped"]
Smoothing = Literal["none", "exponential", "time_exponential", "running_mean", "gaussian"]


class LineOptions(TypedDict, total=False):
    """Which line is drawn through the points of a series, and over what.

    Attributes:
        axis: What x is: "step" without it. "relative_time" counts seconds from `origin`; "mapped" is the value of the
            series `mapping` at the point's step, such as the epoch.
        origin: Start of relative time, in seconds since the epoch.
        mapping: The series that "mapped" goes by.
        smoothing: How the line is smoothed, over all points, before any is left out; "none" without it.
        amount: Weight in [0, 1) for "exponential", seconds for "time_exponential", points for "running_mean" and
            "gaussian".
        superseded: Whether points that a restart has replaced take part.
        log_x: Whether x is drawn logarithmically: points whose x is not above 0 have no place on it.
    """

    axis: Axis
    origin: float
    mapping: "Series | None"
    smoothing: Smoothing
    amount: float
    superseded: bool
    log_x: bool


class Series:
    """Every point of one scalar tag of one run, in the order they were written.

    The arrays are read-only views of the store's own memory: nothing is copied. Each access takes in what has been read
    since, so arrays taken one after the other may differ in length while a run grows; `snapshot()` gives arrays that
    belong together.

    Example:
        >>> import tempfile, kymo
        >>> with tempfile.TemporaryDirectory() as logdir:
        ...     with kymo.SummaryWriter(f"{logdir}/mlp") as writer:
        ...         for step, value in enumerate([1.0, 0.5, 0.25]):
        ...             writer.add_scalar("train/loss", value, step)
        ...     loss = kymo.open(logdir)["mlp"]["train/loss"]
        >>> len(loss), loss.steps.dtype, loss.wall_times.dtype, loss.values.dtype
        (3, dtype('int64'), dtype('float64'), dtype('float32'))
        >>> loss.values[~loss.superseded].tolist()
        [1.0, 0.5, 0.25]
    """

    __slots__ = ("_log", "_native")

    def __init__(self, log: "_core.RunLog", tag: str) -> None:
        self._native = log.series(tag)
        self._log = log

    @property
    def tag(self) -> str:
        """The name that the series was logged under."""
        return self._native.tag

    @property
    def display_name(self) -> str:
        """The name that its writer wants shown; empty without one."""
        info = self._log.info(self.tag)
        return info.display_name if info is not None else ""

    @property
    def description(self) -> str:
        """What its writer says about it, in Markdown; empty without a word."""
        info = self._log.info(self.tag)
        return info.description if info is not None else ""

    @property
    def steps(self) -> "NDArray[np.int64]":
        """Steps: int64, shape (n,)."""
        return self._native.steps

    @property
    def wall_times(self) -> "NDArray[np.float64]":
        """When each point was logged, in seconds since the epoch: float64, shape (n,)."""
        return self._native.wall_times

    @property
    def values(self) -> "NDArray[np.float32] | NDArray[np.float64]":
        """Values: float32, or float64 where one was logged in double precision; shape (n,)."""
        return self._native.values

    @property
    def superseded(self) -> "NDArray[np.bool_]":
        """True where a restart has replaced the point: bool, shape (n,)."""
        return self._native.superseded

    @property
    def superseded_count(self) -> int:
        """How many points a restart has replaced."""
        return self._native.superseded_count

    @property
    def last(self) -> tuple[int, float, float] | None:
        """(step, wall_time, value) of the newest point that is not superseded; None where there is none."""
        return self._native.last

    @property
    def version(self) -> int:
        """Grows whenever points were added or superseded."""
        return self._native.version

    def __len__(self) -> int:
        return len(self._native)

    def snapshot(self) -> "_core.SeriesColumns":
        """`steps`, `wall_times`, `values` and `superseded` of one moment: equal in length, and unchanged for good."""
        return self._native.snapshot()

    def viewport(
        self,
        *,
        low: float = float("-inf"),
        high: float = float("inf"),
        pixels: int = 1000,
        **line: Unpack[LineOptions],
    ) -> "_core.Viewport":
        """What must be drawn so that a line of this many pixels looks as if every point had been.

        Args:
            low: Least x in view.
            high: Greatest x in view.
            pixels: Width of the plot.
            **line: What x is, the smoothing, and which points are drawn (see LineOptions).

        Returns:
            NumPy arrays `x`, `value`, `smoothed` (None without smoothing), `steps` and `wall_times`, one row a chosen
            point; `mark_x` and `mark_kind` of points that are not finite; `points_in_view`; `downsampled`;
            `not_positive`, how many points of the range have no place on a logarithmic axis.

        Raises:
            ValueError: An argument is out of its range.
        """
        return self._native.viewport(low=low, high=high, pixels=pixels, **_native_line(line))

    def buckets(
        self,
        *,
        low: "NDArray[np.float64]",
        high: "NDArray[np.float64]",
        place: "NDArray[np.float64]",
        **line: Unpack[LineOptions],
    ) -> "_core.Buckets":
        """What the line comes to in intervals of x, every point counted.

        Args:
            low: Where each interval begins. No end of an interval lies below that of the one before.
            high: Where each interval ends; both ends belong to it.
            place: One x of each interval, where the line is taken if the interval has no finite point.
            **line: What x is, the smoothing, and which points take part (see LineOptions).

        Returns:
            NumPy arrays `mean`, `low` and `high`, one element an interval: of the finite points in it, or three times
            the straight line between the nearest ones before and behind; NaN where there are none on one of the sides.

        Raises:
            ValueError: The intervals do not rise, or an argument is out of its range.
        """
        return self._native.buckets(low=low, high=high, place=place, **_native_line(line))

    def places(
        self,
        *,
        limit: int,
        low: float = float("-inf"),
        high: float = float("inf"),
        **line: Unpack[LineOptions],
    ) -> "_core.Places":
        """Where on x there are finite points.

        Args:
            limit: How many places to list at most.
            low: Least x to list.
            high: Greatest x to list.
            **line: What x is, and which points take part (see LineOptions).

        Returns:
            The places `x`, each once; none, and `complete` is False, where there are more than `limit`. `first` and
            `last` of the range, and the nearest ones outside of it, `before` and `behind`: None where there is none.

        Raises:
            ValueError: An argument is out of its range.
        """
        return self._native.places(limit=limit, low=low, high=high, **_native_line(line))

    def statistics(
        self,
        *,
        low: float = float("-inf"),
        high: float = float("inf"),
        **line: Unpack[LineOptions],
    ) -> "_core.Statistics":
        """What the points in a range of x come to, every one counted, as they are: nothing is smoothed.

        Args:
            low: Least x.
            high: Greatest x.
            **line: What x is, and which points take part (see LineOptions).

        Returns:
            `points` in the range and how many are `finite`; of these the `minimum`, `maximum`, `first` and `last`, each
            as (x, step, wall_time, value), `mean` and standard `deviation`, all None where there are none.

        Raises:
            ValueError: An argument is out of its range.
        """
        return self._native.statistics(low=low, high=high, **_native_line(line))

    def at_steps(self, steps: "NDArray[np.int64]") -> "NDArray[np.float64]":
        """What the axis "mapped" makes of steps where it goes by this series; NaN where that has no finite point."""
        return self._native.at_steps(steps)

    def to_pandas(self, *, superseded: bool = False) -> "pd.DataFrame":
        """The points as a table with the columns `step`, `wall_time` and `value`.

        Args:
            superseded: Whether to include points that a restart has replaced, and a column that says which.

        Raises:
            ImportError: pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError as error:
            raise ImportError(
                "to_pandas() needs pandas, which is not installed: run `pip install pandas`, or use .steps and .values."
            ) from error
        now = self.snapshot()
        columns: dict[str, Any] = {"step": now.steps, "wall_time": now.wall_times, "value": now.values}
        if superseded:
            return pd.DataFrame({**columns, "superseded": now.superseded})
        kept = ~now.superseded
        return pd.DataFrame({name: column[kept] for name, column in columns.items()})

    def __repr__(self) -> str:
        return f"<Series {self.tag!r}: {len(self)} points>"


def _native_line(line: LineOptions) -> dict[str, Any]:
    mapping = line.get("mapping")
    return {**line, "mapping": None if mapping is None else mapping._native}
