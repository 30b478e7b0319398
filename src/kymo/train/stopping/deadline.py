"""Stopping before a moment of the day."""

import re
import time
from datetime import datetime, timedelta, tzinfo

from kymo.format.duration_text import duration_text
from kymo.train.stopping.condition import Closeness
from kymo.train.stopping.duration import Duration
from kymo.train.stopping.stopwatch import Clock
from kymo.train.stopping.time_limit import TimeLimit
from kymo.writer.bad_input import shown

_TIME_OF_DAY = re.compile(r"(\d\d?):(\d\d)(?::(\d\d))?")


class Deadline(TimeLimit):
    """Ends the training before a moment: when a scheduler ends the job, when the laptop is to go home.

    A time of day is the next such moment after the object was made, so a run that is resumed after it has the next
    day's. In the night in which the clocks are set back, a time that comes twice is the first of both still to come;
    one that is skipped is as far after the gap as it would have been after its beginning.

    Args:
        moment: "18:30" or "18:30:00", a datetime with a time zone, or the same as ISO 8601 text.
        reserve: Time before it that is kept for what comes after the training: saving, a scheduler's grace.
        predict: Whether to stop before an epoch or a validation that would not end in time, by the measured length of
            those before; otherwise it is stopped in the middle.
        zone: The time zone of a time of day; this machine's without it.
        now: Seconds since the epoch, as the wall clock has them.
        clock: Seconds, for measuring epochs and validations.

    Attributes:
        at: The moment, in seconds since the epoch; may be assigned while the training runs.

    Raises:
        TypeError: The moment is neither text nor a datetime.
        ValueError: It cannot be read, or is a date without a time zone.

    Example:
        >>> from datetime import UTC, datetime
        >>> from kymo import Deadline
        >>> noon = datetime(2026, 11, 26, 12, tzinfo=UTC).timestamp()
        >>> deadline = Deadline("18:30", reserve="5m", zone=UTC, now=lambda: noon)
        >>> deadline.closeness().text
        '6 h 30 min until 18:30'
        >>> Deadline(datetime(2026, 11, 26, 18, 30))
        Traceback (most recent call last):
        ValueError: deadline datetime.datetime(2026, 11, 26, 18, 30) (datetime) has no time zone: ...
    """

    reason = "deadline"

    def __init__(
        self,
        moment: str | datetime,
        *,
        reserve: Duration = 0.0,
        predict: bool = True,
        zone: tzinfo | None = None,
        now: Clock = time.time,
        clock: Clock = time.monotonic,
    ) -> None:
        super().__init__(reserve=reserve, predict=predict, clock=clock)
        self._now = now
        self._zone = zone
        self._made = now()
        self.at = _to_timestamp(moment, self._made, zone)

    def left(self) -> float:
        """Seconds until the moment, without the reserve; negative once that is reached."""
        return self.at - self.reserve - self._now()

    def closeness(self) -> Closeness:
        """How much of the time since the object was made is over."""
        left, all_of_it = self.at - self._now(), self.at - self._made
        fraction = 1.0 if left <= 0 or all_of_it <= 0 else max(0.0, 1 - left / all_of_it)
        return Closeness(fraction, f"{duration_text(max(0.0, left))} {self._of_what()}")

    def _used_up(self) -> str:
        kept = f", less {duration_text(self.reserve)} kept in reserve," if self.reserve else ""
        return f"The deadline at {self._moment()}{kept} is reached."

    def _of_what(self) -> str:
        return f"until {self._moment()}"

    def _moment(self) -> str:
        moment, today = (datetime.fromtimestamp(seconds, self._zone) for seconds in (self.at, self._now()))
        return f"{moment:%H:%M}" if abs(moment - today) < timedelta(days=1) else f"{moment:%Y-%m-%d %H:%M}"


def _to_timestamp(moment: str | datetime, now: float, zone: tzinfo | None) -> float:
    remedy = 'pass a time such as "18:30", or a datetime with a time zone'
    if isinstance(moment, str):
        if time_of_day := _TIME_OF_DAY.fullmatch(moment.strip()):
            hour, minute, second = (int(part or 0) for part in time_of_day.groups())
            if hour > 23 or minute > 59 or second > 59:
                raise ValueError(f"deadline {shown(moment)} is no time of day: {remedy}")
            return _next(hour, minute, second, now, zone)
        try:
            date = datetime.fromisoformat(moment.strip())
        except ValueError:
            raise ValueError(f"deadline {shown(moment)} cannot be read: {remedy}") from None
    elif isinstance(moment, datetime):
        date = moment
    else:
        raise TypeError(f"deadline {shown(moment)} is no moment: {remedy}")
    if date.utcoffset() is None:
        raise ValueError(
            f"deadline {shown(moment)} has no time zone: its .astimezone() has this machine's"
            " one, .replace(tzinfo=…) gives it another"
        )
    return date.timestamp()


def _next(hour: int, minute: int, second: int, now: float, zone: tzinfo | None) -> float:
    today = datetime.fromtimestamp(now, zone)
    for days in (0, 1):
        day = today + timedelta(days=days)  # of the wall clock, however long the day is
        for fold in (0, 1):
            candidate = day.replace(hour=hour, minute=minute, second=second, microsecond=0, fold=fold).timestamp()
            if candidate > now:
                return candidate
    raise AssertionError("a time of day comes within two days")
