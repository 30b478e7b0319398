"""The benches of the training half run: what they count is counted rightly, and a loop that fails is told."""

import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")


@pytest.fixture(autouse=True)
def _threads_as_before() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_one_call_of_run_log_is_one_event_and_nothing_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import run_log

    monkeypatch.setattr(run_log, "FLOOD", 50)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for library in ("kymo.Run", "kymo RunLog"):
        found = run_log.measure(library, False, tmp_path / library)
        assert (found["calls"], found["events"], found["missing"]) == (50, 1, 0)
        assert 0 < found["p50"] <= found["p99"] <= found["worst"]


def test_ten_numbers_in_ten_events_are_counted_as_ten(tmp_path: Path):
    import run_log
    from add_scalar_peers import kymo_writer

    writer = kymo_writer(tmp_path)
    for step in range(3):
        writer.ten(0.5, step)
    writer.finish()
    assert run_log.events_with_tags(tmp_path) == 30
    assert run_log.points(tmp_path) == 30


def test_every_kind_of_look_for_a_stop_file_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import stop_file

    for name in ("TURNS", "SAMPLES", "PACED"):
        monkeypatch.setattr(stop_file, name, 3)
    for kind in stop_file.KINDS:
        figures = stop_file.measure(kind, tmp_path / kind.split()[-1])
        assert set(figures) == {"p50", "p50 paced", "p99 paced"}


def test_loops_take_turns_and_a_peer_that_fails_is_told(monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("greenlet")
    import run_step
    from run_step_loops import BARE

    monkeypatch.setattr(run_step, "TURN", 1)

    order: list[str] = []
    turns: run_step.Turns

    def loop(name: str, fails: bool = False) -> None:
        for index in range(4):
            turns.pause(name, index)
            order.append(name)
            if fails:
                raise ValueError("no logger")

    turns = run_step.Turns({BARE: lambda: loop(BARE), "a": lambda: loop("a"), "b": lambda: loop("b", fails=True)})
    turns.run()
    assert turns.told == {"b": "ValueError: no logger"}
    assert [len(turns.taken[name]) for name in (BARE, "a", "b")] == [4, 4, 1]
    rounds = [order[:3], order[3:5], order[5:7], order[7:]]
    assert [sorted(each) for each in rounds] == [sorted([BARE, "a", "b"])] + [sorted([BARE, "a"])] * 3


def test_a_step_is_compared_with_the_bare_loops_of_its_round():
    pytest.importorskip("greenlet")
    import run_step
    from run_step_loops import BARE, BARE_AGAIN, KYMO

    loops = {
        BARE: {"steps": [100, 200], "ends": [1000]},
        BARE_AGAIN: {"steps": [120, 200], "ends": [1000]},
        KYMO: {"steps": [111, 202], "ends": [3004]},
    }
    assert run_step.beyond_bare(KYMO, loops, "steps") == [1, 2]
    assert run_step.beyond_bare(BARE_AGAIN, loops, "steps") == [20, 0]
    row = run_step.row(KYMO, [{"loops": loops, "told": {}}], 0.25)
    step = statistics.median([100, 200])
    assert row["% slower in a step"] == round(100 * 1.5 / step, 3)
    assert row["% slower"] == round(100 * (1.5 / step + (2004 - 3) / step / run_step.LONG_STEPS + 0.25), 2)
    assert run_step.row("Lightning", [{"loops": loops, "told": {"Lightning": "no"}}], None)["told"] == "no"


def test_kymo_trains_beside_the_bare_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("greenlet")
    import run_step
    from run_step_loops import BARE, BARE_AGAIN, KYMO, LOOPS

    monkeypatch.setattr(run_step, "STEPS", 4)
    monkeypatch.setattr(run_step, "LONG_STEPS", 4)
    monkeypatch.setattr(run_step, "LOOPS", {name: LOOPS[name] for name in (BARE, BARE_AGAIN, KYMO)})
    found = run_step.measure(1, 2, tmp_path)
    assert found["told"] == {}
    counts = {name: (len(each["steps"]), len(each["ends"])) for name, each in found["loops"].items()}
    assert counts == dict.fromkeys((BARE, BARE_AGAIN, KYMO), (2 * (4 - 2), 2))
    assert (tmp_path / KYMO / "last.pth").exists()
    assert run_step.measure(1, 0, tmp_path)[KYMO] >= 0
