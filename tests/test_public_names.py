"""The names of `kymo` itself: there, loaded only when used, and light."""

import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest

import kymo

HEAVY = ["numpy", "torch", "google.protobuf", "fastapi", "typing", "logging", "pathlib", "socket", "asyncio"]


def run(code: str) -> str:
    result = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_importing_loads_nothing() -> None:
    # What an editable install loads to find the package is not kymo's doing.
    out = run(
        f"""
        import sys
        before = set(sys.modules)
        import kymo
        loaded = set(sys.modules) - before
        print(sorted(name for name in loaded if name.startswith("kymo") or name in {HEAVY!r}))
        """
    )
    assert out == "['kymo']\n"


def test_writing_a_number_loads_nothing_heavy(tmp_path: Path) -> None:
    out = run(
        f"""
        import sys
        before = set(sys.modules)
        import kymo
        with kymo.SummaryWriter({str(tmp_path)!r}) as writer:
            writer.add_scalar("loss", 0.5, 1)
        print(sorted(set({HEAVY!r}) & (set(sys.modules) - before)))
        """
    )
    assert out == "[]\n"


def test_names_are_listed_and_there() -> None:
    assert set(kymo.__all__) <= set(dir(kymo))
    assert kymo.SummaryWriter.__name__ == "SummaryWriter"
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        kymo.Nonsense  # type: ignore[attr-defined]  # noqa: B018, the look-up is what is tested


def test_version_is_the_packages() -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
    assert kymo.__version__ == project["version"]
