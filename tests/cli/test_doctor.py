"""`kymo doctor`, as it is read in a terminal."""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

import kymo

COMMAND = [sys.executable, "-m", "kymo", "doctor"]


def asked(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    shares = {"pipeline/data_wait": 75.0, "pipeline/data_wait_cpu": 90.0, "pipeline/workers": 0.0, "host/cores": 8.0}
    with kymo.SummaryWriter(tmp_path / "slow") as writer:
        for second in range(20):
            for tag, value in {"pipeline/step_time_p50": 10.0, **shares}.items():
                writer.add_scalar(tag, value, second, 1000.0 + second)
    return tmp_path / "slow"


def test_a_finding_says_what_how_sure_and_what_to_do(slow: Path) -> None:
    done = asked(slow)
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "!! Steps wait 75 % of the time for the next batch: the training process makes each batch itself.",
        "   Give the DataLoader num_workers=5, and persistent_workers=True.",
        f"   at most 4 times as fast, 90 % sure, since {datetime.fromtimestamp(1002.0):%Y-%m-%d %H:%M:%S}.",
    ]
    assert "     pipeline/data_wait 75" in asked(slow, "--evidence").stdout.splitlines()


def test_json_is_for_programs(slow: Path) -> None:
    (finding,) = json.loads(asked(slow, "--json").stdout)
    assert (finding["cause"], finding["gain"], finding["evidence"]["host/cores"]) == ("no_workers", 4.0, 8.0)


def test_what_is_no_run_is_told(slow: Path) -> None:
    done = asked(slow.parent)
    assert done.returncode == 2
    assert done.stderr == f"kymo: {str(slow.parent)!r} is no run: it holds 1 of them, name one.\n"
    done = asked(slow.parent / "none")
    assert done.returncode == 2
    assert done.stderr == f"kymo: {str(slow.parent / 'none')!r} is no run: name the directory of one.\n"
