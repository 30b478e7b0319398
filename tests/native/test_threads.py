"""Everything at once: writers, refreshes, snapshots, viewports and changes of the files, from many threads."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from kymo import _core
from kymo._core import EventWriter, RunLog

POINTS = 3000


def write(writer: EventWriter, tag: str) -> None:
    for step in range(POINTS):
        writer.add_scalar(tag, step / 7, step, 1000.0 + step)
        if step % 500 == 499:
            writer.flush()
        if step == POINTS // 2:
            writer.add_session_start(step - 100, 1000.0 + step)


def look(log: RunLog) -> None:
    for info in log.tags():
        try:
            series = log.series(info.tag)
        except KeyError:
            continue  # its file has just been taken out
        points = series.snapshot()
        assert len(points.steps) == len(points.values) == len(points.superseded)
        view = series.viewport(pixels=50, smoothing="gaussian", amount=3.0, superseded=bool(series.version % 2))
        assert len(view.x) == len(view.smoothed)
    assert log.damage() == []


def test_a_run_is_written_read_and_drawn_by_many_threads(tmp_path: Path) -> None:
    paths = [str(tmp_path / f"events.out.tfevents.{index}") for index in range(2)]
    writers = [EventWriter(path, flush_interval=0.001) for path in paths]
    log = RunLog()
    log.set_files(paths)
    written = threading.Event()

    def until_written(work: Callable[[], object]) -> Callable[[], None]:
        def repeat() -> None:
            while not written.is_set():
                work()

        return repeat

    def replace_files() -> None:
        log.set_files(paths[:1])
        log.set_files(paths)

    writing = [partial(write, writers[number % 2], f"t{number}") for number in range(4)]
    reading = [partial(log.refresh, 1 << 14), partial(look, log)]
    run_all(writing, [until_written(work) for work in (*reading, *reading, replace_files)], written)
    for writer in writers:
        writer.close()
    log.set_files(paths)
    while log.refresh().more:
        pass
    assert {info.tag: info.count for info in log.tags()} == {f"t{number}": POINTS for number in range(4)}


def test_a_series_in_memory_grows_while_it_is_drawn() -> None:
    import numpy as np

    plotter, mapping = _core.Plotter(), _core.Plotter()
    done = threading.Event()

    def grow() -> None:
        for start in range(0, 20_000, 100):
            steps = np.arange(start, start + 100)
            for target in (plotter, mapping):
                target.append(steps, steps.astype(np.float64), np.sin(steps).astype(np.float32))

    def draw() -> None:
        while not done.is_set():
            view = plotter.viewport(axis="mapped", mapping=mapping, pixels=100, smoothing="running_mean", amount=9.0)
            assert len(view.x) == len(view.smoothed)

    def release() -> None:
        while not done.is_set():
            plotter.release()
            assert plotter.memory >= 0

    run_all([grow], [draw, draw, release], done)
    assert plotter.viewport(pixels=10).points_in_view == 20_000


def run_all(finite: list[Callable[[], None]], endless: list[Callable[[], None]], over: threading.Event) -> None:
    """Runs all at once; sets `over` when the finite ones are through. The first error is raised here."""
    errors: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # whatever it is, the test must see it
            errors.append(error)
            over.set()

    threads = [threading.Thread(target=guarded, args=(work,)) for work in (*finite, *endless)]
    for thread in threads:
        thread.start()
    for thread in threads[: len(finite)]:
        thread.join()
    over.set()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
