import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch._dynamo.utils

# Modules that several tests share.
sys.path.append(str(Path(__file__).parent))
sys.path.append(str(Path(__file__).parent.parent / "pipeline"))


@pytest.fixture(autouse=True)
def nothing_compiled() -> Iterator[None]:
    """Whatever other tests have compiled; nor do they know of what these have."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    torch._dynamo.reset()
    torch._dynamo.utils.counters.clear()
