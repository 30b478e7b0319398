"""Real trainings with a bottleneck made on purpose: the plainest of those that `make bottlenecks` tries."""

from pathlib import Path

import pytest
from held_back_cases import CASES, Case
from other_load import OtherLoad

# From here on it is true of workers that keep all cores busy that others take cores from them.
_BUSY = 0.15


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES if case.is_plain])
def test_a_plain_bottleneck_is_found(case: Case, tmp_path: Path) -> None:
    with OtherLoad() as others:
        findings = case.findings(tmp_path)
    if case.cause == "cpu_bound" and others.share >= _BUSY:
        assert findings[0].cause in ("cpu_bound", "oversubscribed"), findings
    else:
        assert case.is_right(findings), (findings, others.share)
