"""A run that is resumed at any point decides as one that was never interrupted."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from ticking import Ticking

from kymo import Diverged, EarlyStopping, MaxEpochs, MaxSteps, MaxTime, Progress, StopCondition, StopConditions

values = st.lists(
    st.one_of(st.floats(-10, 10), st.sampled_from([math.nan, math.inf, -math.inf])), min_size=1, max_size=30
)
amounts = st.one_of(
    st.integers(1, 6),
    st.integers(1, 6).map("{} epochs".format),
    st.integers(1, 6).map("{}0 steps".format),
    st.just("25s"),
)
options = st.fixed_dictionaries(
    {
        "mode": st.sampled_from(["min", "max"]),
        "patience": amounts,
        "min_delta": st.sampled_from([0.0, 0.5, "10%"]),
        "start_from": st.one_of(st.just(0), amounts),
        "smoothing": st.sampled_from([0.0, 0.6, 0.95]),
        "check_finite": st.booleans(),
        "baseline": st.sampled_from([None, 1.0]),
        "stopping_threshold": st.sampled_from([None, 9.5]),
    }
)


def through_json(condition: StopCondition, fresh: Callable[[], StopCondition]) -> StopCondition:
    state = json.loads(json.dumps(condition.state_dict(), allow_nan=False))
    resumed = fresh()
    resumed.load_state_dict(state)
    return resumed


@given(values=values, options=options, cuts=st.sets(st.integers(0, 29)))
def test_early_stopping(values: list[float], options: dict[str, Any], cuts: set[int]) -> None:
    clock = Ticking()

    def fresh() -> EarlyStopping:
        return EarlyStopping("metric", clock=clock, **options)

    whole, resumed = fresh(), fresh()
    whole.start()
    resumed.start()
    for check, value in enumerate(values):
        if check in cuts:
            resumed = through_json(resumed, fresh)  # type: ignore[assignment]
            assert resumed.should_stop == whole.should_stop
            resumed.start()
        clock.pass_by(10)
        told: dict[str, Any] = {"epoch": check + 1, "step": 10 * (check + 1)}
        assert resumed.update(value, **told) == whole.update(value, **told)
        # As texts, since NaN is not equal to itself.
        assert str((resumed.fired, resumed.best, resumed.closeness())) == str(
            (whole.fired, whole.best, whole.closeness())
        )


MAKERS: dict[str, Callable[[Ticking], StopCondition]] = {
    "epochs": lambda _: MaxEpochs(7),
    "steps": lambda _: MaxSteps(23),
    "time": lambda clock: MaxTime(100, clock=clock),
    "diverged": lambda _: Diverged(threshold=30.0),
    "all": lambda clock: StopConditions([MaxTime(95, reserve=5, clock=clock), MaxEpochs(9), MaxSteps(31)]),
}


@given(
    maker=st.sampled_from(list(MAKERS.values())),
    epochs=st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=6), max_size=10),
    cuts=st.sets(st.integers(0, 80)),
)
def test_limits_at_every_moment(
    maker: Callable[[Ticking], StopCondition], epochs: list[list[int]], cuts: set[int]
) -> None:
    clock = Ticking()

    def fresh() -> StopCondition:
        return maker(clock)

    whole, resumed = fresh(), fresh()
    whole.start()
    resumed.start()
    asked = step = 0

    def ask(moment: str, at: Progress, *, resumable: bool) -> bool:
        nonlocal resumed, asked
        asked += 1
        if resumable and asked in cuts:
            resumed = through_json(resumed, fresh)
            resumed.start()
        expected = getattr(whole, moment)(at)
        assert getattr(resumed, moment)(at) == expected
        return expected is not None

    for epoch, batches in enumerate(epochs):
        # Between epochs: the length of one that is interrupted is not measured.
        if ask("before_epoch", Progress(epoch, step), resumable=True):
            return
        for seconds in batches:
            clock.pass_by(seconds)
            step += 1
            if ask("after_batch", Progress(epoch, step, {"train/loss": float(step)}), resumable=False):
                return
        if ask("after_epoch", Progress(epoch + 1, step), resumable=False):
            return
