"""A clock for tests: it goes only when it is told to."""

from __future__ import annotations


class Ticking:
    def __init__(self, at: float = 1000.0) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at

    def pass_by(self, seconds: float) -> None:
        self.at += seconds
