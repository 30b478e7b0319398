import pytest

from kymo.format.run_file import RunFile
from kymo.store.status import ALIVE_SECONDS, status_of

NOW = 1_000_000.0


@pytest.mark.parametrize(
    ("run_file", "growth", "status"),
    [
        (None, NOW - 1, "live"),
        (None, NOW - ALIVE_SECONDS, "live"),
        (None, NOW - ALIVE_SECONDS - 0.1, "idle"),
        (None, None, "idle"),
        (None, NOW + 3600, "live"),
        (RunFile({"status": "running", "heartbeat": NOW - 1}), None, "live"),
        (RunFile({"status": "running", "heartbeat": NOW - 100}), NOW, "stale"),
        (RunFile({"status": "running"}), NOW, "live"),
        (RunFile({"status": "running"}), NOW - 100, "stale"),
        (RunFile({"status": "completed", "heartbeat": NOW}), NOW, "finished"),
        (RunFile({"status": "early_stopping"}), NOW, "finished"),
        (RunFile({"name": "mlp"}), NOW, "live"),
        (RunFile({"name": "mlp"}), NOW - 100, "idle"),
        (RunFile({"status": ["running"]}), NOW, "live"),
    ],
)
def test_status(run_file: RunFile | None, growth: float | None, status: str):
    assert status_of(run_file, growth, NOW) == status
