"""Small networks, healthy and broken on purpose: a part of those that `make health` tries, once each."""

from pathlib import Path

import pytest
from sick_networks import HEALTHY, SICK, Network


@pytest.mark.parametrize("network", [pytest.param(each, id=each.name) for each in (*HEALTHY, *SICK)])
def test_what_is_wrong_with_a_network_is_found_and_nothing_with_a_healthy_one(network: Network, tmp_path: Path) -> None:
    findings = network.findings(tmp_path)
    assert network.is_right(findings), findings
    for finding in findings:
        assert finding.text.endswith(".")
        assert finding.advice
        assert len(finding.why) > 100
        assert 0 < finding.confidence <= 1
