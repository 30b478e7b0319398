"""Any valid encoding of an event is read as protobuf reads it, however the file grows."""

import tempfile
from pathlib import Path

import oracle
from comparison import assert_shows, damage, opened
from event_strategies import records
from hypothesis import given
from hypothesis import strategies as st

from kymo._core import RunLog


@given(st.lists(records, max_size=6))
def test_every_encoding(written: list[bytes]):
    data = b"".join(written)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "events.out.tfevents.1")
        path.write_bytes(data)
        log = opened(path)
    expected = oracle.read_file(data)
    assert_shows(log, [expected])
    assert [entry for entry in damage(log) if entry[1] in ("K201", "K303")] == expected.damage
    assert log.files()[0].offset == len(data)


@given(st.lists(records, max_size=6), st.data())
def test_growing_piece_by_piece(written: list[bytes], data: st.DataObject):
    whole = b"".join(written)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "events.out.tfevents.1")
        path.touch()
        log = RunLog()
        log.set_files([str(path)])
        for begin, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
            with path.open("ab") as stream:
                stream.write(whole[begin:end])
            log.refresh()
            for info in log.tags():
                log.series(info.tag).snapshot()
    assert_shows(log, [oracle.read_file(whole)])
    assert not [entry for entry in damage(log) if entry[1].startswith("K1")]
