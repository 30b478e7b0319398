"""The route that says what holds a run back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query

from kymo.server.front import models
from kymo.server.front.diagnoses import state_of
from kymo.server.models import number, plain
from kymo.server.site import SiteOf

if TYPE_CHECKING:
    from kymo.insight.finding import Finding

router = APIRouter()

MAX_FINDINGS = 20
_EVIDENCE = 50
_LAYERS = 200
_STEPS = "pipeline/"


@router.get("/api/findings")
def findings(
    site: SiteOf,
    run: Annotated[str, Query(description="The run's name.")],
    limit: Annotated[int, Query(ge=1, le=MAX_FINDINGS, description="At most so many, those that matter most.")] = 20,
) -> models.Findings:
    """What holds a run back, or that nothing does, with the numbers that say so."""
    found = site.run(run)
    diagnosis = site.diagnoses.of(found)
    says = {tag.tag: tag.description for tag in found.tags if tag.kind == "scalar"}
    return models.Findings(
        run=found.name,
        measured=any(tag.startswith(_STEPS) for tag in says),
        current=diagnosis.state == state_of(found),
        total=len(diagnosis.findings),
        findings=[_entry(finding, says) for finding in diagnosis.findings[:limit]],
    )


def _entry(finding: Finding, says: Mapping[str, str]) -> models.FindingEntry:
    return models.FindingEntry(
        cause=finding.cause,
        severity=finding.severity,
        text=finding.text,
        evidence=[
            models.Evidence(tag=tag, value=number(float(value)), description=says.get(tag, ""))
            for tag, value in list(finding.evidence.items())[:_EVIDENCE]
        ],
        confidence=number(finding.confidence),
        advice=finding.advice,
        gain=None if finding.gain is None else number(finding.gain),
        experiment=finding.experiment,
        since=None if finding.since is None else number(finding.since),
        why=finding.why,
        layers=[plain(name) for name in finding.layers[:_LAYERS]],
    )
