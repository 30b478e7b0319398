"""What a stranger installs: the wheel, in an empty environment, serves the page with its script."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("pyproject.toml", "CMakeLists.txt", "README.md", "LICENSE", "native", "src", "tests/corpus")
pytestmark = pytest.mark.timeout(600)


def copy_of_the_tree(target: Path, *, with_page: bool) -> Path:
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*.so", *([] if with_page else ["static"]))
            shutil.copytree(source, target / name, ignore=ignored)
        else:
            target.mkdir(exist_ok=True)
            shutil.copy(source, target / name)
    return target


def build(tree: Path, out: Path, *kinds: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), *kinds, str(tree)]
    return subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, made from the sdist as `python -m build` makes it."""
    tree = copy_of_the_tree(tmp_path_factory.mktemp("tree") / "kymo", with_page=True)
    out = tmp_path_factory.mktemp("dist")
    result = build(tree, out)
    assert result.returncode == 0, result.stdout + result.stderr
    return out


def test_the_sdist_holds_page_and_core_but_no_frontend_sources_and_no_corpus(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = archive.getnames()
    assert any(name.endswith("server/static/index.html") for name in names)
    assert any(name.endswith("native/bindings/module.cpp") for name in names)
    assert not [name for name in names if re.search(r"/(frontend|fuzz|tests)/|\.so$", name)]


def test_the_wheel_holds_the_page_once_and_no_cpp(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert names.count("kymo/server/static/index.html") == 1
    assert not [name for name in names if name.endswith((".cpp", ".h", ".ts", ".svelte"))]
    assert [name for name in names if name.startswith("kymo/_core.") and name.endswith(".so")]


@pytest.mark.parametrize("kind", ["--sdist", "--wheel"])
def test_a_build_without_the_page_fails(kind: str, tmp_path: Path) -> None:
    tree = copy_of_the_tree(tmp_path / "kymo", with_page=False)
    result = build(tree, tmp_path / "dist", kind)
    assert result.returncode != 0
    assert "static" in result.stdout + result.stderr
    assert not list(tmp_path.glob("dist/*"))


@pytest.fixture(scope="module")
def environment(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty environment with the wheel and what it asks for, and nothing else."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    (wheel,) = built.glob("*.whl")
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", str(wheel)]
    subprocess.run(command, check=True, timeout=400, capture_output=True, text=True)
    return folder / "bin"


def clean_environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV", "KYMO"))}


@pytest.fixture
def served(environment: Path, tmp_path: Path) -> Iterator[str]:
    command = [str(environment / "kymo"), "serve", str(tmp_path), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=clean_environment()) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if found := re.search(r"http://[^\s]+", line):
                    yield found.group().rstrip("/")
                    break
            else:
                pytest.fail("kymo serve ended without naming its address")
        finally:
            process.terminate()
            process.wait(timeout=30)


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as response:
        body: str = response.read().decode()
        return body


def test_the_installed_wheel_serves_the_page_and_its_script(served: str) -> None:
    page = fetch(served + "/")
    script = re.search(r'<script[^>]+src="\./([^"]+\.js)"', page)
    assert script, page
    assert len(fetch(f"{served}/{script.group(1)}")) > 10_000


def test_the_installed_wheel_writes_without_torch(environment: Path, tmp_path: Path) -> None:
    program = f"""
from kymo import SummaryWriter
with SummaryWriter({str(tmp_path)!r}) as writer:
    writer.add_scalar("loss", 0.5, 1)
import sys
assert not {{"torch", "numpy", "fastapi", "google.protobuf"}} & set(sys.modules), "a plain number loads nothing heavy"
import kymo
assert kymo.open({str(tmp_path)!r})["."]["loss"].values.tolist() == [0.5]
"""
    command = [str(environment / "python"), "-c", program]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=clean_environment())
    assert result.returncode == 0, result.stderr
