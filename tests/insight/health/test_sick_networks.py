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


def test_that_nothing_is_learnt_is_told_behind_its_cause(tmp_path: Path) -> None:
    network = next(each for each in SICK if each.name == "biases of -10")
    causes = [finding.cause for finding in network.findings(tmp_path)]
    assert causes.index("dead_units") < causes.index("not_learning")


def test_layers_that_saturated_units_cut_off_are_not_said_to_be_detached(tmp_path: Path) -> None:
    network = next(each for each in SICK if each.cause == "diverging")
    causes = [finding.cause for finding in network._replace(rate=10.0).findings(tmp_path)]
    assert "saturated_units" in causes
    assert "no_gradient" not in causes
