"""add_numbers_now: the short way of the common numbers of a step, which leaves everything else to its caller."""

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from test_event_writer import INT64, events

from kymo import _core

TAGS = st.text(st.characters(max_codepoint=127))


@given(values=st.dictionaries(TAGS, st.floats(), min_size=1), step=INT64 | st.sampled_from([-(2**63), 2**63 - 1]))
def test_plain_numbers_are_one_event_and_are_given_back(
    values: dict[str, float], step: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("run") / "tfevents"
    writer = _core.EventWriter(str(path))
    read: list[dict[str, float]] = []
    before = time.time()
    assert writer.add_numbers_now(values, step, read) is False
    after = time.time()
    assert writer.close()

    (event,) = events(path)
    assert before <= event.wall_time <= after
    summary = Summary(value=[Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()])
    assert event.SerializeToString() == Event(wall_time=event.wall_time, step=step, summary=summary).SerializeToString()
    assert repr(read) == repr([values])
    assert read[0] is not values


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("shape", [(), (1,), (1, 1)])
def test_tensors_of_one_float_on_the_cpu_are_read_at_once(
    dtype: torch.dtype, shape: tuple[int, ...], tmp_path: Path
) -> None:
    writer = _core.EventWriter(str(tmp_path / "tfevents"))
    read: list[dict[str, float]] = []
    loss = torch.full(shape, 0.25, dtype=dtype, requires_grad=True)
    values = {"loss": loss, "rate": 0.5}
    assert writer.add_numbers_now(values, 1, read) is False
    with torch.no_grad():
        loss.fill_(7)
    assert writer.close()
    assert read == [{"loss": 0.25, "rate": 0.5}]
    assert [type(number) for number in read[0].values()] == [float, float]
    assert values["loss"] is loss, "what the caller has given stays as it is"
    (event,) = events(tmp_path / "tfevents")
    assert [(value.tag, value.simple_value) for value in event.summary.value] == [("loss", 0.25), ("rate", 0.5)]


class _Dict(dict[str, float]):
    pass


class _Text(str):
    pass


class _Raising:
    is_cpu = True

    def item(self) -> float:
        raise RuntimeError("no item")


@pytest.mark.parametrize(
    ("values", "step"),
    [
        ({}, 1),
        (None, 1),
        ([("loss", 0.5)], 1),
        (_Dict(loss=0.5), 1),
        ({"größe": 0.5}, 1),
        ({"\ud800": 0.5}, 1),
        ({_Text("loss"): 0.5}, 1),
        ({1: 0.5}, 1),
        ({"loss": 1}, 1),
        ({"loss": True}, 1),
        ({"loss": None}, 1),
        ({"loss": "0.5"}, 1),
        ({"rate": 0.5, "loss": torch.zeros(2)}, 1),
        ({"rate": 0.5, "loss": torch.zeros(0)}, 1),
        ({"loss": torch.tensor(1)}, 1),
        ({"loss": torch.tensor(True)}, 1),
        ({"loss": torch.tensor(1j)}, 1),
        ({"loss": torch.zeros((), device="meta")}, 1),
        ({"loss": SimpleNamespace(is_cpu=True)}, 1),
        ({"loss": SimpleNamespace(is_cpu=False, item=lambda: 0.5)}, 1),
        ({"loss": _Raising()}, 1),
        ({"loss": 0.5}, None),
        ({"loss": 0.5}, 1.0),
        ({"loss": 0.5}, True),
        ({"loss": 0.5}, 2**63),
    ],
)
def test_anything_else_is_left_to_the_caller(values: Any, step: Any, tmp_path: Path) -> None:
    writer = _core.EventWriter(str(tmp_path / "tfevents"))
    read: list[dict[str, float]] = []
    assert writer.add_numbers_now(values, step, read) is None
    assert read == []
    assert writer.add_numbers_now({"loss": 0.5}, 7, read) is False, "no error is left behind"
    assert writer.close()
    (event,) = events(tmp_path / "tfevents")
    assert (event.step, event.summary.value[0].simple_value) == (7, 0.5)


def test_a_closed_writer_adds_nothing(tmp_path: Path) -> None:
    writer = _core.EventWriter(str(tmp_path / "tfevents"))
    assert writer.close()
    read: list[dict[str, float]] = []
    assert writer.add_numbers_now({"loss": 0.5}, 1, read) is None
    assert read == []


def test_numbers_are_given_back_to_a_list_alone(tmp_path: Path) -> None:
    writer = _core.EventWriter(str(tmp_path / "tfevents"))
    read: Any = ()
    with pytest.raises(TypeError):
        writer.add_numbers_now({"loss": 0.5}, 1, read)
    assert writer.close()
    assert events(tmp_path / "tfevents") == []
