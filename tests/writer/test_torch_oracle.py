"""torch's own SummaryWriter is the oracle: the same calls must give the same records, byte for byte."""

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.tensorboard import SummaryWriter as TorchWriter

from kymo import SummaryWriter

ReadRecords = Callable[[Path], list[bytes]]

FLOATS = st.one_of(
    st.floats(), st.floats(width=32), st.sampled_from([math.nan, math.inf, -math.inf, -0.0, 0.0, 5e-324])
)
INTEGERS = st.integers(-(2**63), 2**63 - 1)
VALUES = st.one_of(
    FLOATS,
    INTEGERS,
    st.booleans(),
    FLOATS.map(np.float64),
    st.floats(width=16).map(np.float16),
    st.integers(-128, 127).map(np.int8),
    FLOATS.map(lambda value: np.array([[value]])),
    FLOATS.map(lambda value: torch.tensor(value, dtype=torch.float64)),
    st.floats(width=32).map(lambda value: torch.tensor([value])),
    INTEGERS.map(torch.tensor),
)
STEPS = st.one_of(
    st.none(), INTEGERS, INTEGERS.map(np.int64), INTEGERS.map(torch.tensor), st.booleans(), st.floats(-9e18, 9e18)
)
TIMES = st.floats(-1e12, 1e12)
TAGS = st.one_of(st.text(), st.sampled_from(["train/loss", "Verlust/größe", "損失", "a" * 300, "a b\tc\n"]))
STYLES = st.sampled_from([(False, False), (True, False), (True, True)])
SCALARS = st.tuples(st.just("add_scalar"), TAGS, VALUES, STEPS, TIMES, STYLES)
TEXTS = st.tuples(st.just("add_text"), TAGS, st.text(), STEPS, TIMES, st.just(()))


def write(writer: Any, calls: list[tuple[Any, ...]]) -> None:
    for method, tag, value, step, wall_time, style in calls:
        getattr(writer, method)(tag, value, step, wall_time, *style)
    writer.close()


@given(calls=st.lists(st.one_of(SCALARS, TEXTS), min_size=1, max_size=20))
@settings(max_examples=150, deadline=None)
@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")
def test_scalars_and_texts(
    calls: list[tuple[Any, ...]], tmp_path_factory: pytest.TempPathFactory, read_records: ReadRecords
) -> None:
    ours, theirs = tmp_path_factory.mktemp("ours"), tmp_path_factory.mktemp("theirs")
    write(SummaryWriter(ours), calls)
    write(TorchWriter(theirs), calls)
    assert read_records(ours)[1:] == read_records(theirs)[1:]


@given(
    main_tag=st.sampled_from(["loss", "train/loss", "größe"]),
    groups=st.lists(st.dictionaries(st.sampled_from(["a", "b/c", "d e", "ü"]), VALUES, max_size=4), max_size=4),
    step=STEPS,
    wall_time=TIMES,
)
@settings(max_examples=30, deadline=None)
def test_groups_of_scalars(
    main_tag: str,
    groups: list[dict[str, Any]],
    step: Any,
    wall_time: float,
    tmp_path_factory: pytest.TempPathFactory,
    read_records: ReadRecords,
) -> None:
    ours, theirs = tmp_path_factory.mktemp("ours"), tmp_path_factory.mktemp("theirs")
    for writer in (SummaryWriter(str(ours)), TorchWriter(str(theirs))):
        for group in groups:
            writer.add_scalars(main_tag, group, step, wall_time)
        names = {name[len(str(writer.log_dir)) :] for name in writer.all_writers or {}}
        writer.close()
        assert names == {"", *(f"/{main_tag.replace('/', '_')}_{name}" for group in groups for name in group)}

    def runs(root: Path) -> dict[Path, list[bytes]]:
        directories = {path.parent for path in root.rglob("events.*")}
        return {directory.relative_to(root): read_records(directory)[1:] for directory in directories}

    assert runs(ours) == runs(theirs)


def test_first_record(tmp_path: Path, read_records: ReadRecords) -> None:
    from tensorboard.compat.proto.event_pb2 import Event

    before = time.time()
    SummaryWriter(tmp_path / "ours").close()
    TorchWriter(tmp_path / "theirs").close()
    ours, theirs = (Event.FromString(read_records(tmp_path / name)[0]) for name in ("ours", "theirs"))
    assert before - 1 < ours.wall_time < theirs.wall_time + 1
    assert ours.file_version == theirs.file_version
    assert ours.source_metadata.writer == "kymo"


def test_purge_step(tmp_path: Path, read_records: ReadRecords) -> None:
    from tensorboard.compat.proto.event_pb2 import Event

    SummaryWriter(tmp_path / "ours", purge_step=9).close()
    TorchWriter(tmp_path / "theirs", purge_step=9).close()
    ours, theirs = ([Event.FromString(r) for r in read_records(tmp_path / name)[1:]] for name in ("ours", "theirs"))
    for event in (*ours, *theirs):
        assert event.wall_time > 0
        event.ClearField("wall_time")
    assert ours == theirs


def test_what_torch_would_lose_is_kept(tmp_path: Path, read_records: ReadRecords) -> None:
    """bfloat16 reaches torch's record through float16, where 1e5 is infinite; kymo's record has the value."""
    from tensorboard.compat.proto.event_pb2 import Event

    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("loss", torch.tensor(1e5, dtype=torch.bfloat16), 1)
    event = Event.FromString(read_records(tmp_path)[1])
    assert event.summary.value[0].simple_value == torch.tensor(1e5, dtype=torch.bfloat16).item()
