"""From counters that only grow to what they grow by in a second."""


class Rates:
    """How fast counters grow, between two looks at each.

    Example:
        >>> rates = Rates()
        >>> rates.of("read", 1_000.0, now=0.0) is None
        True
        >>> rates.of("read", 3_000.0, now=4.0)
        500.0
    """

    def __init__(self) -> None:
        self._last: dict[str, tuple[float, float]] = {}

    def of(self, name: str, counter: float, now: float) -> float | None:
        """What a counter has grown by in a second since the last look.

        Args:
            name: Which counter.
            counter: What it stands at.
            now: When, in seconds.

        Returns:
            None at the first look, and where the counter began anew.
        """
        before = self._last.get(name)
        self._last[name] = (counter, now)
        if before is None or now <= before[1] or counter < before[0]:
            return None
        return (counter - before[0]) / (now - before[1])
