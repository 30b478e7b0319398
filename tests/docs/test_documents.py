"""What the documents say is so: their Python runs, their links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
_LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
_PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    links = _LINK.findall(document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_places_that_contributors_are_sent_to_exist() -> None:
    places = re.findall(
        r"`((?:src|native|frontend|tests|tools|docs|benches)/[^`\s*]*)`", CONTRIBUTING.read_text("utf-8")
    )
    assert places
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_the_readmes_python_runs_as_one_program(tmp_path: Path) -> None:
    program = "\n".join(_PYTHON.findall((ROOT / "README.md").read_text(encoding="utf-8")))
    command = [sys.executable, "-W", "error", "-c", program]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    outcome, *rest = result.stdout.splitlines()
    assert outcome.startswith("train/loss has not improved on ")
    assert rest == ["99 0.01", "[]"]


def test_figures_and_plots_are_those_of_the_results() -> None:
    command = [sys.executable, str(ROOT / "benches" / "documents.py"), "--check"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
