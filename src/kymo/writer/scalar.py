"""Numbers as they arrive from users: Python's, NumPy's, or an array or tensor of one element on any device."""

from kymo.writer.bad_input import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1


def to_float(tag: str, value: "Any") -> float:
    """The value as a float.

    Reading a tensor that is on a device waits for the device.

    Raises:
        TypeError: The value is no number.
        ValueError: An array or tensor has other than one element, or the number is no float64.
    """
    number = _number("value", tag, value)
    try:
        return float(number)
    except OverflowError:
        raise ValueError(f"{_named('value', tag, value)} is beyond the range of float64") from None


def to_step(tag: str, step: "Any") -> int:
    """The step as an int64; None is 0, and a fraction is cut off, as torch does.

    Raises:
        TypeError: The step is no number.
        ValueError: The step is not finite, or out of the range of int64.
    """
    if step is None:
        return 0
    number = _number("global_step", tag, step)
    if isinstance(number, float):
        if number - number != 0:
            raise ValueError(f"{_named('global_step', tag, step)} is not finite: pass an integer")
        number = int(number)
    if not INT64_MIN <= number <= INT64_MAX:
        raise ValueError(f"{_named('global_step', tag, step)} is out of the range of int64")
    return number


def to_wall_time(tag: str, wall_time: "Any") -> float:
    """Seconds since the epoch.

    Raises:
        TypeError: The time is no number.
        ValueError: The time is not finite.
    """
    number = to_float(tag, wall_time)
    if number - number != 0:
        raise ValueError(f"{_named('walltime', tag, wall_time)} is not finite: pass seconds since the epoch")
    return number


# Only for errors: showing a tensor takes a hundred times as long as reading it.
def _named(role: str, tag: str, value: "Any") -> str:
    return f"{role} {shown(value)} for tag {tag!r}"


def _number(role: str, tag: str, value: "Any") -> int | float:
    if isinstance(value, (int, float)):
        return value
    found = value
    # NumPy's scalars are floats and strings by inheritance, too: only their item() tells what they hold.
    item = getattr(type(value), "item", None)
    if item is not None:
        try:
            found = item(value)
        except (ValueError, RuntimeError, TypeError, NotImplementedError) as error:
            raise ValueError(f"{_named(role, tag, value)} cannot be read as one number: {error}") from error
    if isinstance(found, (int, float)):
        return found
    if isinstance(found, (str, bytes, complex)) or not hasattr(type(found), "__float__"):
        raise TypeError(f"{_named(role, tag, value)} is not a number: pass a number or a one-element array")
    try:
        return float(found)
    except OverflowError:
        raise ValueError(f"{_named(role, tag, value)} is beyond the range of float64") from None
    except (ValueError, TypeError) as error:
        raise TypeError(f"{_named(role, tag, value)} is not a number: {error}") from error
