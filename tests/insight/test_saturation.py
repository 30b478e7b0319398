"""What more epochs would bring, against what then came: on real trainings, and on curves whose course is known."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from kymo.insight.saturation import Mode, Saturation, saturation

Floats = NDArray[np.float64]
Curves = dict[str, dict[str, list[float]]]

CURVES: Curves = json.loads(Path(__file__).with_name("curves").joinpath("curves.json").read_text())
EPOCHS = np.arange(1.0, 101.0)


class Tried(NamedTuple):
    """An estimate from the first part of a real curve, and what the rest of it has brought."""

    name: str
    cut: int
    estimate: Saturation
    level: float  # that then came
    present: float  # the level at the cut
    straight: float  # the level then, if the last quarter had gone on as a line
    brought: float  # by the training until the cut
    best: float  # the best level until the cut

    @property
    def is_confident(self) -> bool:
        return self.estimate.verdict != "unknown"

    @property
    def misses(self) -> float:
        """How far off, in errors."""
        assert self.estimate.level is not None
        assert self.estimate.error is not None
        return abs(self.level - self.estimate.level) / self.estimate.error

    def off(self, level: float | None) -> float:
        """How far a level was from the one that came, as a share of what the training had brought."""
        assert level is not None
        return abs(self.level - level) / self.brought

    def better_than(self, level: float) -> float:
        """How much better the level that came was, as a share of what the training had brought; negative if worse."""
        sign = -1.0 if self.name.endswith(" loss") else 1.0
        return sign * (self.level - level) / self.brought


def level(values: Floats, at: int) -> float:
    return float(values[max(0, at - 2) : at + 3].mean())


def tries() -> Iterator[Tried]:
    for name, curves in CURVES.items():
        for metric, listed in curves.items():
            values = np.array(listed)
            mode: Mode = "min" if metric == "loss" else "max"
            for cut in range(10, len(values) - 10, 5):
                epochs, known = np.arange(1.0, cut + 1), values[:cut]
                estimate = saturation(epochs, known, mode=mode)
                then = cut - 1 + int(estimate.ahead)
                if then >= len(values):
                    continue
                quarter = max(2, cut // 4)
                slope = float(np.polyfit(epochs[-quarter:], known[-quarter:], 1)[0])
                present = level(known, cut - 1)
                best = known.min() if mode == "min" else known.max()
                levels = [level(known, at) for at in range(cut)]
                yield Tried(
                    f"{name} {metric}",
                    cut,
                    estimate,
                    level(values, then),
                    present,
                    present + slope * estimate.ahead,
                    abs(float(best - known[0])),
                    min(levels) if mode == "min" else max(levels),
                )


@pytest.fixture(scope="module")
def tried() -> list[Tried]:
    return list(tries())


@pytest.fixture(scope="module")
def confident(tried: list[Tried]) -> list[Tried]:
    return [one for one in tried if one.is_confident]


def test_there_are_many_real_curves() -> None:
    assert len(CURVES) >= 15
    assert all(len(curve) >= 100 for curves in CURVES.values() for curve in curves.values())


def test_it_dares_to_say_something_of_most_real_curves(tried: list[Tried], confident: list[Tried]) -> None:
    assert 0.6 < len(confident) / len(tried) < 0.9
    assert {one.estimate.verdict for one in tried} == {"saturated", "gaining", "unknown"}


def test_its_errors_are_as_large_as_it_says(confident: list[Tried]) -> None:
    misses = np.array([one.misses for one in confident])
    # Of a normal error 68 % and 95 % lie within one and two of it.
    assert 0.60 < np.mean(misses < 1) < 0.80
    assert np.mean(misses < 2) > 0.90
    assert np.mean(misses < 4) > 0.975


def test_what_it_says_of_a_course_is_never_grossly_wrong(confident: list[Tried]) -> None:
    """More than a tenth of all that the training has brought, where more than that was not feared."""
    assert [one for one in confident if one.off(one.estimate.level) > 0.1 and one.misses > 4 and "worse" not in
            one.estimate.text] == []  # fmt: skip


def test_it_is_nearer_than_no_change_and_than_a_straight_line(confident: list[Tried]) -> None:
    # A loss that has exploded is off by hundreds of times what the training had brought: a mean would tell of it alone.
    bounded = [one for one in confident if "diverging" not in one.name]
    own = np.mean([one.off(one.estimate.level) for one in bounded])
    assert own < 0.6 * np.mean([one.off(one.present) for one in bounded])
    assert own < 0.85 * np.mean([one.off(one.straight) for one in bounded])


def test_what_it_says_comes_true(confident: list[Tried]) -> None:
    worse = [one.better_than(one.best) for one in confident if "getting worse" in one.estimate.text]
    level = [one.better_than(one.present) for one in confident if "levelled off" in one.estimate.text]
    gaining = np.array([one.better_than(one.present) for one in confident if one.estimate.verdict == "gaining"])
    assert min(len(worse), len(level), len(gaining)) > 50
    assert max(worse) < 0
    assert max(level) < 0.02
    assert np.mean(gaining > 0) > 0.95


def test_a_loss_that_diverges_is_said_to_get_worse_and_nothing_once_it_explodes() -> None:
    losses = np.array(CURVES["digits-diverging"]["loss"])
    assert losses[-1] > 10 * losses[0]
    texts = [saturation(np.arange(1.0, cut + 1), losses[:cut], mode="min").text for cut in (75, 80, 90, 100, 110, 120)]
    assert texts[:4] == ["It has been getting worse since about epoch 43."] * 4
    assert texts[4:] == ["Can't tell: it has changed its course lately."] * 2


def test_no_change_has_no_minus_sign() -> None:
    losses = noisy(0.3 + 2 * np.exp(-EPOCHS / 6), 0.004, 4)
    for cut in range(40, 101, 4):
        assert "-0 " not in saturation(EPOCHS[:cut], losses[:cut], mode="min").text


def test_a_curve_that_overfits_is_said_to_get_worse() -> None:
    losses = np.array(CURVES["diabetes-overfit"]["loss"])
    estimate = saturation(np.arange(1.0, 101.0), losses[:100], mode="min")
    assert estimate.text == "It has been getting worse since about epoch 6."
    assert estimate.gain is not None
    assert estimate.gain < 0
    assert losses[120] > losses[99] > losses[:20].min()


def noisy(curve: Floats, noise: float, seed: int = 0) -> Floats:
    return curve + np.random.default_rng(seed).normal(0, noise, len(curve))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("curve", "noise", "mode", "verdict"),
    [
        (lambda e: 0.95 - 0.4 * np.exp(-e / 25), 0.002, "max", "gaining"),
        (lambda e: 0.95 - 0.4 * np.exp(-e / 6), 0.004, "max", "saturated"),
        (lambda e: 0.3 + 2 / np.sqrt(e), 0.005, "min", "gaining"),
        (lambda e: 0.1 + 0.004 * e, 0.003, "max", "gaining"),
        (lambda e: 1.5 * np.exp(-e / 10) + 0.3 + 0.004 * np.maximum(0, e - 30), 0.005, "min", "saturated"),
        (lambda e: -5 + 4 * (1 - np.exp(-e / 30)), 0.01, "max", "gaining"),
    ],
    ids=["rising", "risen", "power law", "line", "worsening", "negative scores"],
)
def test_a_course_that_is_known_is_found(
    curve: "np.ufunc", noise: float, mode: Literal["min", "max"], verdict: str, seed: int
) -> None:
    estimate = saturation(EPOCHS, noisy(curve(EPOCHS), noise, seed), mode=mode)
    assert estimate.verdict == verdict, estimate
    assert estimate.level is not None
    assert estimate.error is not None
    truth = float(curve(np.array([100 + estimate.ahead]))[0])
    assert abs(estimate.level - truth) < 4 * estimate.error


def test_a_line_is_no_saturation_yet() -> None:
    assert saturation(EPOCHS, noisy(0.004 * EPOCHS, 0.003), mode="max").text.startswith("No saturation yet: about +")


@pytest.mark.parametrize("seed", range(5))
def test_noise_alone_says_nothing(seed: int) -> None:
    estimate = saturation(EPOCHS, noisy(np.full(100, 0.5), 0.01, seed), mode="max")
    assert (estimate.verdict, estimate.gain) == ("unknown", None)


def test_a_course_that_has_just_changed_says_nothing() -> None:
    curve = np.where(EPOCHS < 95, 0.5, 0.7) + 0.2 * (1 - np.exp(-EPOCHS / 10))
    assert saturation(EPOCHS, noisy(curve, 0.003), mode="max").text == "Can't tell: it has changed its course lately."


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([], "Can't tell: only 0 validations so far."),
        ([0.5], "Can't tell: only 1 validation so far."),
        ([0.1, 0.2, np.nan, np.inf, 0.3], "Can't tell: only 3 validations so far."),
        ([0.5] * 20, "Can't tell: it has not moved so far."),
        ([np.nan] * 20, "Can't tell: only 0 validations so far."),
    ],
)
def test_what_is_too_little_says_so(values: list[float], text: str) -> None:
    assert saturation(np.arange(1.0, len(values) + 1), np.array(values, np.float64), mode="max").text == text


def test_better_is_better_whatever_the_mode() -> None:
    curve = noisy(0.95 - 0.4 * np.exp(-EPOCHS / 25), 0.002)
    rising, falling = saturation(EPOCHS, curve, mode="max"), saturation(EPOCHS, -curve, mode="min")
    assert rising.gain == pytest.approx(falling.gain)
    assert rising.level == pytest.approx(-cast("float", falling.level))


def test_an_outlier_changes_little() -> None:
    curve = noisy(0.95 - 0.4 * np.exp(-EPOCHS / 25), 0.002)
    spoilt = curve.copy()
    spoilt[[20, 60, 90]] = [-1.0, 2.0, 0.0]
    clean, dirty = (saturation(EPOCHS, values, mode="max") for values in (curve, spoilt))
    assert clean.gain is not None
    assert dirty.gain == pytest.approx(clean.gain, abs=cast("float", clean.error))


def test_very_many_validations_are_judged_as_few_are() -> None:
    epochs = np.arange(1.0, 20_001.0)
    curve = noisy(3 + 100 * np.exp(-epochs / 5000), 1.0)
    estimate = saturation(epochs, curve, mode="min", ahead=2000)
    assert estimate.verdict == "gaining"
    assert estimate.level == pytest.approx(3 + 100 * np.exp(-22000 / 5000), abs=1.5)


def test_epochs_may_be_far_apart_and_begin_late() -> None:
    estimate = saturation(1000 + 50 * EPOCHS, noisy(0.95 - 0.4 * np.exp(-EPOCHS / 25), 0.002), mode="max")
    assert estimate.verdict == "gaining"
    assert estimate.ahead == 1000


def test_what_it_is_asked_must_make_sense() -> None:
    with pytest.raises(ValueError, match="100 epochs and 99 values"):
        saturation(EPOCHS, EPOCHS[1:], mode="max")
    with pytest.raises(ValueError, match="ahead is 0"):
        saturation(EPOCHS, EPOCHS, mode="max", ahead=0)


@pytest.mark.parametrize(("epochs", "values"), [(np.full(20, 3.0), EPOCHS[:20]), (EPOCHS[:20], 1e300 * EPOCHS[:20])])
def test_numbers_that_nothing_follows_from_say_nothing(epochs: Floats, values: Floats) -> None:
    estimate = saturation(epochs, values, mode="max")
    assert (estimate.verdict, estimate.gain) == ("unknown", None)
