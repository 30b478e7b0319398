"""A training that takes long to take its batches over from workers."""

from __future__ import annotations

from kymo.insight.finding import Finding, gain_without, severity_of
from kymo.insight.recent import Recent
from kymo.insight.rules.data_wait import EVIDENCE
from kymo.insight.rules.makers import taking_over
from kymo.insight.suspicion import Suspicion

_MATTERS = 0.12  # of the time


def hand_over(recent: Recent) -> Suspicion | None:
    """That taking batches over from workers, which have them ready, takes its time.

    Args:
        recent: What was sampled.
    """
    share = taking_over(recent)
    exposed = recent.share("gpu_wait_share")
    if exposed is not None:  # while the GPU has work, it costs nothing
        share = min(share, exposed)
    if share <= 0:
        return None
    finding = Finding(
        "hand_over",
        severity_of(share),
        f"Steps spend {100 * share:.0f} % of the time on taking batches over from the workers.",
        recent.evidence(*EVIDENCE),
        0.7,
        "Hand over fewer and larger tensors: a batch as one tensor rather than a list of objects, bytes (uint8) rather "
        "than floats; where a sample takes little time to make, try num_workers=0.",
        gain_without(share),
        "Train with num_workers=0.",
    )
    return Suspicion(share / _MATTERS, finding)
