"""How often a network is looked at, on a clock that the test holds."""

from itertools import pairwise

import pytest

from kymo.probe.model.cadence import Cadence, budget_share


class Training:
    """Steps of a millisecond, of which those that are looked at take longer."""

    def __init__(self, budget: float, every: int = 1) -> None:
        self.now = 0
        self.cadence = Cadence(budget, every, clock=lambda: self.now)

    def chosen(self, steps: int, cost: int) -> list[int]:
        found = []
        for step in range(steps):
            if self.cadence.is_due():
                found.append(step)
                self.now += cost
                self.cadence.spend(cost)
            self.now += 1_000_000
        return found


@pytest.mark.parametrize("budget", [0.01, 0.2])
@pytest.mark.parametrize("cost", [100_000, 5_000_000])
def test_looking_takes_no_more_than_its_share(budget: float, cost: int) -> None:
    training = Training(budget)
    chosen = training.chosen(20_000, cost)
    assert chosen[0] == 3
    assert training.cadence.share <= budget
    assert len(chosen) * cost == pytest.approx(training.cadence.share * training.now)


def test_looks_that_take_now_more_and_now_less_take_no_more_than_their_share() -> None:
    training = Training(0.01)
    shares = []
    for cost in (4_000_000, 1_000_000, 3_000_000) * 30:
        while not training.cadence.is_due():
            training.now += 1_000_000
        training.now += cost
        training.cadence.spend(cost)
        shares.append(training.cadence.share)
    assert max(shares[1:]) <= 0.01
    assert shares[-1] > 0.0098


def test_a_long_training_is_looked_at_some_thousand_times() -> None:
    training = Training(0.5)
    chosen = training.chosen(200_000, 1_000)
    gaps = [later - sooner for sooner, later in pairwise(chosen)]
    assert 1000 < len(chosen) < 3000
    assert gaps[-1] == pytest.approx(chosen[-1] / 200, rel=0.02)
    assert gaps[0] == 1


def test_what_a_device_spends_counts_and_is_waited_for() -> None:
    training = Training(0.01)
    chosen, known_at = [], 0
    for step in range(20_000):
        is_known = step >= known_at
        if chosen and step == known_at:
            training.cadence.spend_on_device(4_000_000)  # in which the million of the host is
            training.now += 3_000_000
        if training.cadence.is_due(is_known=is_known):
            chosen.append(step)
            training.cadence.spend(1_000_000)
            known_at = step + 7
        training.now += 1_000_000
    assert training.cadence.share <= 0.01
    assert training.cadence.share == pytest.approx(len(chosen) * 4_000_000 / training.now, rel=0.02)


def test_every_step_can_be_asked_for_and_every_few() -> None:
    assert Training(1.0).chosen(10, 50_000_000) == list(range(3, 10))
    assert Training(1.0, every=4).chosen(20, 1) == [3, 7, 11, 15, 19]


@pytest.mark.parametrize("budget", ["1", "2%", 0.02, "100%"])
def test_shares(budget: str | float) -> None:
    assert 0.02 <= budget_share(budget) <= 1


@pytest.mark.parametrize("budget", ["", "%", "101%", 0, -1, 1.5, None, "1 percent"])
def test_what_is_no_share(budget: object) -> None:
    with pytest.raises(ValueError, match="budget="):
        budget_share(budget)  # type: ignore[arg-type] # that is what is tested
