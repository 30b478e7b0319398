import sys
from pathlib import Path

import pytest
import torch._dynamo.utils

# Modules that several tests share.
sys.path.append(str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def nothing_compiled() -> None:
    """Whatever other tests have compiled."""
    torch._dynamo.reset()
    torch._dynamo.utils.counters.clear()
