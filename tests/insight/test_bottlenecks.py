"""Real trainings with a bottleneck made on purpose: the plainest of those that `make bottlenecks` tries."""

from pathlib import Path

import pytest
from held_back_cases import CASES, Case


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES if case.is_plain])
def test_a_plain_bottleneck_is_found(case: Case, tmp_path: Path) -> None:
    findings = case.findings(tmp_path)
    assert case.is_right(findings), findings
