"""The benches are scripts: their folder is the first on the path, as when one is run."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _benches_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2] / "benches"))
