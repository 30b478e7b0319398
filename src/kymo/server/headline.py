"""The tag whose newest value stands beside a run's name when nobody has chosen one."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kymo.format.sensor_series import is_sensor_series

_WORD = re.compile(r"[a-z]+|\d+")

# In the order in which they are preferred: the validation that is watched during training, before a final test.
_HELD_OUT = ("val", "valid", "validation", "eval", "evaluation", "dev", "test")
_SCORES = frozenset(
    _WORD.findall(
        "accuracy acc auc auroc bleu dice f iou map miou precision psnr recall return reward rouge score ssim top"
    )
)
_LOSSES = frozenset(
    _WORD.findall("cer cost crossentropy elbo err error fid loss mae mse nll objective perplexity ppl rmse wer")
)
# Clocks and settings: they say where a run is or how it was set up, never how good it is.
_CLOCKS = frozenset(_WORD.findall("epoch epochs eta iteration iterations learning lr progress seconds step steps time"))


def headline(tags: Mapping[str, int]) -> str | None:
    """The scalar tag that says most about how good a run is, or None where there is none.

    A score on held-out data comes first, then a loss on it, then any loss, then any score. A clock such as `epoch`
    never comes, nor what sensors tell.

    Args:
        tags: How many runs have each scalar tag.
    """
    ranked = [(*rank, -runs, len(tag), tag) for tag, runs in tags.items() if (rank := _rank(tag)) is not None]
    return min(ranked)[-1] if ranked else None


def _rank(tag: str) -> tuple[int, int] | None:
    if is_sensor_series(tag):
        return None
    words = _WORD.findall(tag.lower())
    # What was measured stands last in a path; what stands before it says where.
    measured = _WORD.findall(tag.lower().rsplit("/", 1)[-1])
    score, loss = not _SCORES.isdisjoint(measured), not _LOSSES.isdisjoint(measured)
    # Some loops log `loss_epoch` and `loss_step`: a clock is one only by itself.
    if not words or not (score or loss or _CLOCKS.isdisjoint(measured)):
        return None
    held_out = min((_HELD_OUT.index(word) for word in words if word in _HELD_OUT), default=len(_HELD_OUT))
    if held_out < len(_HELD_OUT):
        return (1 if loss else 0 if score else 2), held_out
    return (3 if loss else 4 if score else 5), held_out
