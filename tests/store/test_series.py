import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kymo.store import Logs, Series

MakeEventFile = Callable[..., Any]


@pytest.fixture
def logs(tmp_path: Path, event_file: MakeEventFile) -> Logs:
    event_file(tmp_path / "mlp", "0").scalars("loss", [1.0, 0.9, 0.8, 0.7])
    again = event_file(tmp_path / "mlp", "1", started=2000.0)
    again.restart(3, 2000.0)
    again.scalar("loss", 0.5, 3, wall_time=2003.0)
    for step in range(5):
        again.scalar("epoch", step / 2, step, wall_time=2010.0 + step)
    logs = Logs(tmp_path)
    logs.refresh()
    return logs


@pytest.fixture
def loss(logs: Logs) -> Series:
    return logs["mlp"]["loss"]


def test_arrays(loss: Series):
    assert loss.tag == "loss"
    assert (loss.steps.dtype, loss.wall_times.dtype) == (np.int64, np.float64)
    assert (loss.values.dtype, loss.superseded.dtype) == (np.float32, np.bool_)
    assert loss.steps.tolist() == [0, 1, 2, 3, 3]
    assert loss.superseded.tolist() == [False, False, False, True, False]
    assert loss.superseded_count == 1
    assert loss.last == (3, 2003.0, 0.5)
    assert len(loss) == 5
    assert repr(loss) == "<Series 'loss': 5 points>"
    assert (loss.display_name, loss.description) == ("", "")


def test_arrays_are_views_that_nobody_can_change(loss: Series):
    assert np.shares_memory(loss.values, loss.values)
    for array in (loss.steps, loss.wall_times, loss.values, loss.superseded):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_a_snapshot_does_not_change_while_the_series_grows(
    logs: Logs, loss: Series, tmp_path: Path, event_file: MakeEventFile
):
    before = loss.snapshot()
    file = event_file(tmp_path / "mlp", "1", started=2020.0)
    for step in range(4, 1000):
        file.scalar("loss", 0.25, step, wall_time=2020.0 + step)
    logs.refresh()
    assert len(before.steps) == len(before.values) == 5
    assert len(loss.snapshot().steps) == 1001
    assert loss.version > 0


def test_a_viewport(loss: Series, logs: Logs):
    view = loss.viewport(pixels=10)
    assert view.x.tolist() == [0.0, 1.0, 2.0, 3.0]
    assert view.value.tolist() == pytest.approx([1.0, 0.9, 0.8, 0.5])
    mapped = loss.viewport(axis="mapped", mapping=logs["mlp"]["epoch"], pixels=10)
    assert mapped.x.tolist() == [0.0, 0.5, 1.0, 1.5]


def test_a_logarithmic_axis_has_no_place_for_zero(loss: Series):
    view = loss.viewport(log_x=True)
    assert (view.x.tolist(), view.not_positive) == ([1.0, 2.0, 3.0], 1)


def test_lines_in_intervals_of_x(loss: Series, logs: Logs):
    low, high = np.array([0.0, 1.5, 2.5]), np.array([1.0, 1.5, 9.0])
    found = loss.buckets(low=low, high=high, place=low)
    assert found.mean.tolist() == pytest.approx([0.95, 0.85, 0.5])
    assert found.low.tolist() == pytest.approx([0.9, 0.85, 0.5])
    assert found.high.tolist() == pytest.approx([1.0, 0.85, 0.5])
    half = np.array([0.25])
    mapped = loss.buckets(low=half, high=half, place=half, axis="mapped", mapping=logs["mlp"]["epoch"])
    assert mapped.mean.tolist() == pytest.approx([0.95])


def test_where_points_are(loss: Series):
    found = loss.places(limit=2, low=0.5, high=2.5)
    assert (found.x.tolist(), found.complete) == ([1.0, 2.0], True)
    assert (found.before, found.first, found.last, found.behind) == (0.0, 1.0, 2.0, 3.0)
    assert (loss.places(limit=3).complete, loss.places(limit=3, superseded=True).complete) == (False, False)


def test_what_points_come_to(loss: Series):
    told = loss.statistics(low=1.0)
    assert (told.points, told.finite) == (3, 3)
    assert told.minimum == told.last == (3, 3, 2003.0, 0.5)
    assert told.maximum == told.first == pytest.approx((1, 1, told.first[2], 0.9))
    assert (told.mean, told.deviation) == (pytest.approx(2.2 / 3), pytest.approx(np.std([0.9, 0.8, 0.5])))
    assert loss.statistics(superseded=True).points == 5


def test_a_series_as_a_function_of_the_step(logs: Logs, loss: Series):
    epoch = logs["mlp"]["epoch"]
    assert epoch.at_steps(np.array([0, 1, 9, -2])).tolist() == [0.0, 0.5, 4.5, -1.0]
    assert loss.at_steps(np.array([3])).tolist() == [0.5]  # what a restart has superseded takes no part
    assert epoch.at_steps(np.empty(0, np.int64)).tolist() == []


def test_a_table(loss: Series):
    table = loss.to_pandas()
    assert list(table.columns) == ["step", "wall_time", "value"]
    assert table["step"].tolist() == [0, 1, 2, 3]
    whole = loss.to_pandas(superseded=True)
    assert whole["superseded"].tolist() == [False, False, False, True, False]
    assert isinstance(whole, pd.DataFrame)


def test_a_table_without_pandas(loss: Series, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        loss.to_pandas()
