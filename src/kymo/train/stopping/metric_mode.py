"""Whether a metric is better when it is lower or when it is higher."""

import re
from typing import Literal

from kymo.writer.bad_input import shown

Mode = Literal["min", "max"]

_LOWER = re.compile(
    r"loss|losses|error|err|perplexity|ppl|mse|rmse|mae|s?mape|rmsle|nll|bce|crossentropy|wer|cer|fid|bpb|bpc|brier"
    r"|ece|eer|logloss"
)
_HIGHER = re.compile(
    r"accuracy|acc|auc|auroc|rocauc|auprc|prauc|f1|fscore|precision|recall|sensitivity|specificity|m?iou|jaccard|dice"
    r"|bleu|rouge|meteor|psnr|ssim|r2|mcc|kappa|reward"
)
# Words that turn a metric round, or make it one that is neither: negated losses, the gap between two accuracies.
_DOUBT = re.compile(r"neg|negative|minus|inverse|gap|diff|difference|drop|ratio|scale|std|var|variance|weight")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD = re.compile(r"[a-z]+\d*")


def mode_of(monitor: str, mode: str) -> Mode:
    """The mode, or for "auto" the one that the metric's name leaves no doubt about.

    Raises:
        ValueError: The mode is not known, or "auto" and the name leaves doubt.

    Example:
        >>> mode_of("val/loss", "auto"), mode_of("valAccuracy", "auto"), mode_of("score", "max")
        ('min', 'max', 'max')
        >>> mode_of("neg_log_loss", "auto")
        Traceback (most recent call last):
        ValueError: 'neg_log_loss' does not say whether lower or higher is better: pass mode="min" or mode="max"
    """
    if mode == "min":
        return "min"
    if mode == "max":
        return "max"
    if mode != "auto":
        raise ValueError(f'mode {shown(mode)} is not known: pass "min", "max" or "auto"')
    words = {word for name in (monitor, _CAMEL.sub(" ", monitor)) for word in _WORD.findall(name.lower())}
    words |= {word.rstrip("0123456789") for word in words}  # acc1, acc5
    lower, higher, doubt = (any(map(found.fullmatch, words)) for found in (_LOWER, _HIGHER, _DOUBT))
    if lower == higher or doubt:
        raise ValueError(f'{monitor!r} does not say whether lower or higher is better: pass mode="min" or mode="max"')
    return "min" if lower else "max"
