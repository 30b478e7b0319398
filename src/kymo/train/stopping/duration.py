"""Spans of time, as people write and read them."""

import math
import re
from datetime import timedelta

from kymo.writer.bad_input import shown

Duration = str | float | timedelta

_UNITS = {
    **dict.fromkeys(["d", "day", "days"], 86400.0),
    **dict.fromkeys(["h", "hr", "hour", "hours"], 3600.0),
    **dict.fromkeys(["m", "min", "minute", "minutes"], 60.0),
    **dict.fromkeys(["s", "sec", "second", "seconds"], 1.0),
    "ms": 0.001,
}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)\s*")
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d\d):(\d\d)")
_EXAMPLES = 'pass seconds, a timedelta, or a text such as "90s", "2h30m" or "1d 6h"'


def to_seconds(duration: Duration, what: str = "duration") -> float:
    """The seconds in a span of time.

    Args:
        duration: Seconds as a number, a timedelta, or a text: numbers with units, the larger ones first ("2h30m",
            "1.5 h", "1 day 6 hours"), or "HH:MM:SS" or "DD:HH:MM:SS".
        what: What the span is, for the error about it.

    Raises:
        TypeError: It is none of these.
        ValueError: The text cannot be read as a span, or the span is negative or not finite.

    Example:
        >>> to_seconds("90s"), to_seconds("2h30m"), to_seconds("1d 6h"), to_seconds("00:45:00"), to_seconds(12)
        (90.0, 9000.0, 108000.0, 2700.0, 12.0)
        >>> to_seconds("18:30")
        Traceback (most recent call last):
        ValueError: duration '18:30' (str) is no span of time: pass seconds, a timedelta, or a text such as "90s", ...
    """
    if isinstance(duration, timedelta):
        seconds = duration.total_seconds()
    elif isinstance(duration, str):
        found = _from_text(duration)
        if found is None:
            raise ValueError(f"{what} {shown(duration)} is no span of time: {_EXAMPLES}")
        seconds = found
    elif isinstance(duration, int | float) and not isinstance(duration, bool):
        seconds = float(duration)
    else:
        raise TypeError(f"{what} {shown(duration)} is no span of time: {_EXAMPLES}")
    if not (math.isfinite(seconds) and seconds >= 0):
        raise ValueError(f"{what} {shown(duration)} is negative or not finite: {_EXAMPLES}")
    return seconds


def _from_text(text: str) -> float | None:
    text = text.strip().lower()
    if clock := _CLOCK.fullmatch(text):
        days, hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return days * 86400.0 + hours * 3600.0 + minutes * 60.0 + seconds if minutes < 60 and seconds < 60 else None
    total, place, larger = 0.0, 0, math.inf
    while place < len(text):
        part = _PART.match(text, place)
        size = _UNITS.get(part[2]) if part else None
        if part is None or size is None or size >= larger:
            return None
        total, place, larger = total + float(part[1]) * size, part.end(), size
    return total if text else None
