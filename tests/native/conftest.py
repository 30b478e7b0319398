import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# The reference reader and the encoders below are modules of these tests, not of the package.
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def event_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes the records' bytes, one after another, as an event file."""

    def write(*records: bytes, name: str = "events.out.tfevents.1") -> Path:
        path = tmp_path / name
        path.write_bytes(b"".join(records))
        return path

    return write
