"""What counts as a number, and what is said about the rest."""

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from kymo.writer.scalar import to_float, to_step, to_wall_time


class Unshowable:
    """Its repr fails, as that of a half-made object does."""

    def __repr__(self) -> str:
        raise AttributeError("name")


@pytest.mark.parametrize(
    "value",
    [
        2.0, 2, np.float16(2), np.float32(2), np.float64(2), np.longdouble(2), np.int8(2), np.uint64(2), np.array(2.0),
        np.array([2]), np.array([[2.0]]), torch.tensor(2), torch.tensor([2.0]), torch.tensor([[[2.0]]]),
        torch.tensor(2.0, dtype=torch.bfloat16), torch.tensor(2.0, requires_grad=True),
        torch.nn.Parameter(torch.ones(1) * 2),
        Decimal(2), Fraction(2),
    ],
    ids=lambda value: f"{type(value).__name__}-{value}",
)  # fmt: skip
def test_numbers(value: Any) -> None:
    converted = to_float("t", value)
    assert type(converted) is float
    assert converted == 2.0


@pytest.mark.parametrize("value", [True, np.bool_(True), torch.tensor(True)])
def test_truth_is_one(value: Any) -> None:
    assert to_float("t", value) == 1.0


def test_a_good_value_is_never_shown() -> None:
    """Formatting a tensor takes a hundred times as long as reading it, and a device several more synchronisations."""

    class Shy(torch.Tensor):
        def __repr__(self, *, tensor_contents: object = None) -> str:
            raise AssertionError("shown")

    assert to_float("t", torch.tensor(2.0).as_subclass(Shy)) == 2.0
    assert to_step("t", torch.tensor(2).as_subclass(Shy)) == 2
    assert to_wall_time("t", torch.tensor(2.0).as_subclass(Shy)) == 2.0


def test_non_finite_numbers_are_numbers() -> None:
    assert math.isnan(to_float("t", torch.tensor(float("nan"))))
    assert to_float("t", np.float32("inf")) == math.inf


@pytest.mark.parametrize(
    ("value", "error", "said"),
    [
        ("0.5", TypeError, r"value '0.5' \(str\) for tag 'loss' is not a number"),
        (np.str_("0.5"), TypeError, "is not a number"),
        (b"0.5", TypeError, "is not a number"),
        (None, TypeError, r"value None \(NoneType\) for tag 'loss' is not a number"),
        (object(), TypeError, "is not a number"),
        ([1.0], TypeError, r"value \[1.0\] \(list\) for tag 'loss'"),
        (1j, TypeError, "is not a number"),
        (np.complex64(1j), TypeError, "is not a number"),
        (torch.tensor(1j), TypeError, "is not a number"),
        (np.zeros(2), ValueError, r"value array\(\[0., 0.\]\) \(ndarray\) for tag 'loss' cannot be read"),
        (torch.zeros(2), ValueError, r"value tensor\(\[0., 0.\]\) \(Tensor\) for tag 'loss' cannot be read"),
        (torch.zeros(0), ValueError, "cannot be read as one number"),
        (torch.zeros(1, device="meta"), ValueError, "cannot be read as one number"),
        (10**400, ValueError, "beyond the range of float64"),
        (10**5000, ValueError, r"a value without repr \(int\) for tag 'loss' is beyond the range of float64"),
        (Fraction(10**400), ValueError, "beyond the range of float64"),
        (Unshowable(), TypeError, r"a value without repr \(Unshowable\) for tag 'loss' is not a number"),
        ("x" * 1000, TypeError, r"xxx\.\.\. \(str\)"),
    ],
    ids=range(18),
)  # fmt: skip
def test_other_values_are_named(value: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        to_float("loss", value)


@given(st.integers(-(2**63), 2**63 - 1))
def test_steps_are_int64(step: int) -> None:
    assert to_step("t", step) == step
    assert to_step("t", np.int64(step)) == step
    assert to_step("t", torch.tensor(step)) == step


def test_other_steps_that_torch_takes() -> None:
    assert to_step("t", None) == 0
    assert to_step("t", True) == 1
    assert to_step("t", 3.0) == 3
    assert to_step("t", np.float32(3)) == 3
    assert to_step("t", torch.tensor([3])) == 3
    for fraction in (3.9, np.float32(3.9), torch.tensor(3.9)):
        assert to_step("t", fraction) == int(fraction) == 3
    assert to_step("t", -3.9) == -3


@pytest.mark.parametrize(
    ("step", "error", "said"),
    [
        (2**63, ValueError, "out of the range of int64"),
        (-(2**63) - 1, ValueError, "out of the range of int64"),
        (1e30, ValueError, "out of the range of int64"),
        (math.nan, ValueError, r"global_step nan \(float\) for tag 'loss' is not finite"),
        (math.inf, ValueError, "is not finite"),
        ("3", TypeError, r"global_step '3' \(str\) for tag 'loss' is not a number"),
        (torch.zeros(2), ValueError, "cannot be read as one number"),
    ],
)
def test_bad_steps_are_named(step: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        to_step("loss", step)


def test_wall_times() -> None:
    assert to_wall_time("t", np.float64(1.5)) == 1.5
    for bad in (math.nan, math.inf):
        with pytest.raises(ValueError, match="is not finite"):
            to_wall_time("t", bad)
    with pytest.raises(TypeError, match="'noon'"):
        to_wall_time("t", "noon")
