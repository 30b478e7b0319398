import sys
from pathlib import Path

import pytest

# Modules that several tests share.
sys.path.append(str(Path(__file__).parent))
sys.path.append(str(Path(__file__).parent.parent / "probe" / "pipeline"))

from asking import Asker


@pytest.fixture
def asker(tmp_path: Path) -> Asker:
    return Asker(tmp_path)


@pytest.fixture
def at_each_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are looked for after each batch, however short."""
    from kymo.train import session
    from kymo.train.control import inbox

    monkeypatch.setattr(inbox, "_LOOK_SECONDS", 0.0)
    monkeypatch.setattr(session, "_BESIDE_SECONDS", 0.0)
