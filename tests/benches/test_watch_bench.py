"""The bench of watching measures kymo and its peers, tells a look apart from noise, and what is missing."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("greenlet")


@pytest.fixture(autouse=True)
def _threads_as_before() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def turns(**more: int) -> dict[str, Any]:
    """Steps of 1000 ns, of which one of `EVERY` takes so much more after the first cycle; one other is disturbed."""
    import watch

    def steps(look: int) -> list[int]:
        taken = [1000 + (look if step % watch.EVERY == 5 else 0) for step in range(5 * watch.EVERY)]
        taken[2 * watch.EVERY + 7] += 1_000_000
        return taken

    bare = {name: [1000] * 5 * watch.EVERY for name in (watch.BARE, watch.BARE_AGAIN)}
    taken = bare | {name: steps(more.get(name, 0)) for name in watch.LOOPS if name not in bare}
    return {"taken": taken, "told": {}, "bytes": dict.fromkeys(watch.LOOPS, 5000)}


def test_what_a_look_takes_is_found_wherever_in_a_cycle_it_is() -> None:
    import watch

    row = watch.row("perceptron", watch.TORCH, turns(**{watch.TORCH: 400}))
    assert (row["looks"], row["ms a look"], row["bytes a look"]) == (5, 0.0, 1000)
    assert row["% slower"] == 100 * 400 / watch.EVERY / 1000
    assert watch.row("perceptron", watch.BARE_AGAIN, turns())["% slower"] == 0


def test_looks_by_themselves_are_compared_with_the_steps_around_them() -> None:
    import watch

    taken = [1000] * 50 + [2000] * 50
    taken[10], taken[90] = 5000, 7000
    assert watch.of_looks(taken, [10, 90]) == [4000, 5000]
    found = watch.rows_of("perceptron", turns(), {"taken": taken, "looks": [10, 90], "share": 5.0, "bytes": 600})
    row = next(row for row in found if row["loop"] == watch.KYMO)
    assert row["% slower"] == round(100 * 9000 / (sum(taken) - 9000), 3)
    assert (row["looks"], row["% as told"], row["bytes a look"]) == (2, 5.0, 300)
    assert [(each["value"], each["kept"]) for each in watch.claims(found)] == [(row["% slower"], False)]


def test_a_peer_that_fails_is_told_and_has_no_figures() -> None:
    import watch
    from figures import watch_table

    broken = turns()
    del broken["taken"][watch.WANDB]
    broken["told"] = {watch.WANDB: "ModuleNotFoundError: no wandb"}
    rows = [watch.row("perceptron", name, broken) for name in watch.LOOPS]
    told = next(row for row in rows if row["loop"] == watch.WANDB)
    assert (told["told"], told["ms a look"]) == ("ModuleNotFoundError: no wandb", None)
    table = watch_table({"watch": {"rows": rows}})
    assert "wandb.watch, weights and gradients: ModuleNotFoundError: no wandb." in table


def test_every_loop_trains_and_logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import watch

    has_wandb = importlib.util.find_spec("wandb") is not None
    monkeypatch.setattr(watch, "EVERY", 4)
    monkeypatch.setitem(watch.LOOPS, watch.KYMO_ALL, lambda it, to: watch.with_kymo(it, to, every=4))
    found = watch.in_turns("perceptron", 12, tmp_path / "turns")
    assert {name: len(taken) for name, taken in found["taken"].items()} == {
        name: 12 for name in watch.LOOPS if has_wandb or name != watch.WANDB
    }
    assert set(found["told"]) == (set() if has_wandb else {watch.WANDB})
    assert all(found["bytes"][name] > 1000 for name in (watch.KYMO_ALL, watch.KYMO_TWO, watch.TORCH))
    by_itself = watch.alone("perceptron", 12, tmp_path / "alone")
    assert len(by_itself["taken"]) == 12
    assert by_itself["looks"][0] == 3
    assert by_itself["share"] > 0


def test_the_residual_network_is_as_large_as_resnet_18() -> None:
    from watched_networks import residual

    assert sum(each.numel() for each in residual().parameters()) == 11_173_962
