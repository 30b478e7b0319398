"""Whatever befell a file: all that is whole is read, and what is told does not depend on how the file grew."""

import tempfile
from pathlib import Path

import oracle
from comparison import assert_shows, opened
from damage_strategies import boundaries, damaged, files, marked
from hypothesis import given
from hypothesis import strategies as st

from kymo._core import RunLog


def grown(directory: str, data: bytes, cuts: list[int]) -> RunLog:
    """Reads a file that is written piece by piece."""
    path = Path(directory, "events.out.tfevents.1")
    path.write_bytes(b"")
    log = RunLog()
    log.set_files([str(path)])
    for begin, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
        with path.open("ab") as stream:
            stream.write(data[begin:end])
        log.refresh()
    return log


@given(files, st.data())
def test_all_that_is_whole_is_read_as_the_reference_reads_it(written: list[bytes], data: st.DataObject):
    file = bytes(data.draw(damaged(written)).data)
    expected = oracle.read_file(file)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "events.out.tfevents.2")
        path.write_bytes(file)
        assert_shows(opened(path), [expected])
        cuts = sorted(data.draw(st.lists(st.integers(0, len(file)), max_size=5)))
        assert_shows(grown(directory, file, cuts), [expected])


@given(st.lists(st.integers(0, 9), min_size=1, max_size=8), st.data())
def test_no_record_is_lost_that_the_damage_did_not_touch(paddings: list[int], data: st.DataObject):
    written = [marked(step, padding) for step, padding in enumerate(paddings)]
    file = data.draw(damaged(written, forge=False))
    places = boundaries(written)
    whole = {step for step in range(len(written)) if file.holds(places[step], places[step + 1])}
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "events.out.tfevents.1")
        path.write_bytes(file.data)
        log = opened(path)
        found = set(log.series("mark").steps.tolist()) if log.tags() else set()
        assert whole <= found
