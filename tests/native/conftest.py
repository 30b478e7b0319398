import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The reference reader and the encoders below are modules of these tests, not of the package.
sys.path.insert(0, str(Path(__file__).parent))

# A loaded machine must not fail a test.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture
def event_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes the records' bytes, one after another, as an event file."""

    def write(*records: bytes, name: str = "events.out.tfevents.1") -> Path:
        path = tmp_path / name
        path.write_bytes(b"".join(records))
        return path

    return write
