"""Many threads on one SummaryWriter."""

import threading
from collections.abc import Callable
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event

from kymo import SummaryWriter


def run_together(count: int, work: Callable[[int], None]) -> None:
    """Runs `work(0)` ... `work(count - 1)` in a thread each; the first error is raised here."""
    errors: list[BaseException] = []

    def guarded(index: int) -> None:
        try:
            work(index)
        except BaseException as error:  # whatever it is, the test must see it
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_nothing_is_lost(tmp_path: Path, read_events: Callable[[Path], list[Event]]) -> None:
    with SummaryWriter(tmp_path) as writer:
        run_together(8, lambda thread: [writer.add_scalar(f"t{thread}", 0.5, step) for step in range(10_000)] and None)
    steps: dict[str, list[int]] = {}
    for event in read_events(tmp_path):
        steps.setdefault(event.summary.value[0].tag, []).append(event.step)
    assert steps == {f"t{thread}": list(range(10_000)) for thread in range(8)}


def test_nothing_is_lost_while_others_close(tmp_path: Path, split_whole: Callable[[bytes], list[bytes]]) -> None:
    writer = SummaryWriter(tmp_path)

    def work(thread: int) -> None:
        for step in range(200):
            writer.add_scalar(f"t{thread}", 0.5, step)
            if thread == 0 and step % 20 == 0:
                writer.close()

    run_together(4, work)
    writer.close()
    found = [
        (event.summary.value[0].tag, event.step)
        for path in tmp_path.iterdir()
        for event in map(Event.FromString, split_whole(path.read_bytes()))
        if event.summary.value
    ]
    assert sorted(found) == sorted((f"t{thread}", step) for thread in range(4) for step in range(200))


def test_groups_open_each_file_once(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        run_together(
            8, lambda _: [writer.add_scalars("loss", {"a": 1.0, "b": 2.0}, step) for step in range(50)] and None
        )
    assert len(list(tmp_path.glob("loss_*/events.*"))) == 2
