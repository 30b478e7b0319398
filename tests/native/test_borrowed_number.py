"""Numbers of tensors are read where they lie, and as item() would: what cannot be is left to the caller."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from kymo._core import EventWriter

_NUMBERS = torch.arange(6, dtype=torch.float32).reshape(2, 3)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[EventWriter]:
    writer = EventWriter(str(tmp_path / "events.out.tfevents.1.host"))
    yield writer
    writer.close()


@pytest.mark.parametrize(
    "tensor",
    [
        torch.tensor(0.1),
        torch.tensor(0.1, dtype=torch.float64),
        torch.tensor(0.1, dtype=torch.float16),
        torch.tensor(0.1, dtype=torch.bfloat16),
        torch.tensor([[0.1]]),
        _NUMBERS[1, 1],
        _NUMBERS.T[2:, 1:],
        torch.tensor(0.1, requires_grad=True),
        torch.tensor(0.1, requires_grad=True) * 2,
        torch.tensor(1 + 2j).conj().imag,
        torch.tensor(1 + 2j).conj().real,
        torch.tensor([1 + 2j, 3 + 4j], dtype=torch.complex128).conj().imag[1],
        torch.nn.Parameter(torch.tensor(0.1)),
        torch.tensor(float("inf")),
        torch._efficientzerotensor((), device="cpu"),
    ],
    ids=repr,
)
def test_a_number_is_what_item_says(writer: EventWriter, tensor: torch.Tensor) -> None:
    read: list[dict[str, float]] = []
    assert writer.add_numbers_now({"a": tensor, "b": 0.5, "c": tensor}, 1, read) is False
    assert read == [{"a": tensor.item(), "b": 0.5, "c": tensor.item()}]


@pytest.mark.parametrize(
    "tensor",
    [
        torch.zeros(2),
        torch.zeros(0),
        torch.zeros(1, 0),
        torch.tensor(1),
        torch.tensor(True),
        torch.tensor(1j),
        torch.zeros((), device="meta"),
        torch.zeros(1).to_sparse(),
    ],
    ids=repr,
)
def test_what_is_no_float_is_left_to_the_caller(writer: EventWriter, tensor: torch.Tensor) -> None:
    read: list[dict[str, float]] = []
    assert writer.add_numbers_now({"a": tensor}, 1, read) is None
    assert not read


def test_a_subclass_says_itself_what_it_holds(writer: EventWriter) -> None:
    class Doubled(torch.Tensor):
        def item(self) -> float:
            return 2 * super().item()

    read: list[dict[str, float]] = []
    assert writer.add_numbers_now({"a": torch.tensor(0.5).as_subclass(Doubled)}, 1, read) is False
    assert read == [{"a": 1.0}]
