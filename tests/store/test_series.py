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
