"""The project's own rules, each shown to hold for the tree and to catch a breach."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def tools_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))


def test_sizes_hold() -> None:
    import check_sizes

    assert check_sizes.main(ROOT) == 0


def test_a_long_file_and_a_long_function_are_caught() -> None:
    from check_sizes import violations

    text = "def long():\n" + "    x = 1\n" * 401
    assert len(list(violations(Path("a.py"), text))) == 2
    assert list(violations(Path("a.py"), "def short():\n    pass\n")) == []


def test_layers_hold() -> None:
    import check_layers

    assert check_layers.main(ROOT) == 0


@pytest.mark.parametrize(
    ("package", "line"),
    [
        ("writer", "from kymo.store import Logs"),
        ("writer", "from ..store import Logs"),
        ("writer", "from .. import store"),
        ("writer", "import torch"),
        ("store", "def f():\n    import torch"),
        ("train", "from kymo.store import Logs"),
        ("train", "import kymo.server.app"),
        ("train", "import torch"),
        ("writer", "from kymo.train.stopping import StopFile"),
        ("server", "from kymo.writer import SummaryWriter"),
        ("store", "import kymo.server.app"),
    ],
)
def test_an_import_against_the_grain_is_caught(package: str, line: str) -> None:
    from check_layers import violations

    assert len(list(violations(package, "a.py", line))) == 1


@pytest.mark.parametrize(
    ("package", "line"),
    [
        ("store", "from kymo._core import RunLog"),
        ("store", "from . import logs"),
        ("cli", "from kymo.writer import SummaryWriter"),
        ("writer", "def f():\n    import torch"),
        ("train", "def f():\n    import torch"),
        ("train", "if TYPE_CHECKING:\n    import torch"),
        ("train", "from kymo.writer.scalar import to_float"),
        ("cli", "from kymo.train.stopping import StopFile"),
        ("server", "import numpy"),
    ],
)
def test_an_import_with_the_grain_passes(package: str, line: str) -> None:
    from check_layers import violations

    assert list(violations(package, "a.py", line)) == []


def test_the_architecture_map_is_true() -> None:
    import check_architecture

    assert check_architecture.main(ROOT) == 0


def test_a_missing_and_a_stale_place_are_caught() -> None:
    from check_architecture import differences

    files = [Path("src/kymo/a.py"), Path("docs/x.md")]
    text = "| `src/kymo/` | x |\n| `docs/` | y |\n| `native/` | z |\n"
    assert differences(text, files) == [
        "ARCHITECTURE.md does not name src/kymo/a.py.",
        "ARCHITECTURE.md names native/, which does not exist.",
    ]


def test_every_dependency_has_its_reason() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    decisions = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    names = [line.split(">")[0].split("=")[0] for line in project["dependencies"]]
    assert [name for name in names if f"`{name}`" not in decisions] == []


def test_the_version_is_the_changelogs() -> None:
    import tomllib

    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
