"""Spans of time, for people."""


def duration_text(seconds: float) -> str:
    """A span of time in its two largest units, for people.

    Example:
        >>> [duration_text(each) for each in (0.25, 4.2, 48, 2280, 9000, 108000, 7199.9)]
        ['0.25 s', '4.2 s', '48 s', '38 min', '2 h 30 min', '1 d 6 h', '2 h']
    """
    if seconds < 10:
        return f"{round(seconds, 3):.2g} s"
    for size, unit, part_size, part in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        # Rounded to the smaller unit first, so that 59.9 min are not told as 60 min.
        parts = round(seconds / part_size)
        if parts * part_size >= size:
            whole, rest = divmod(parts * part_size, size)
            return f"{whole} {unit}" + (f" {rest // part_size} {part}" if rest else "")
    return f"{round(seconds)} s"
