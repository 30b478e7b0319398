from __future__ import annotations

import pytest

from kymo.train.stopping.metric_mode import mode_of

LOWER = ["loss", "val_loss", "valLoss", "val/loss/epoch", "train/cross_entropy_loss", "word_error_rate", "top1_error"]
LOWER += ["perplexity", "val/ppl", "RMSE", "eval-mae", "fid", "NLL"]
HIGHER = ["accuracy", "val_acc", "acc1", "val/acc@5", "roc_auc", "AUROC", "macroF1", "F1", "mean_average_precision"]
HIGHER += ["mIoU", "bleu", "PSNR", "r2", "test/Dice"]
DOUBT = ["score", "metric", "lossless", "neg_mean_squared_error", "neg_log_loss", "accuracy_gap", "loss_scale", "lr"]
DOUBT += ["accuracy_loss", "grad_norm", "map", "top1", "", "epoch"]


@pytest.mark.parametrize("name", LOWER)
def test_lower_is_better(name: str) -> None:
    assert mode_of(name, "auto") == "min"
    assert mode_of(name, "max") == "max"


@pytest.mark.parametrize("name", HIGHER)
def test_higher_is_better(name: str) -> None:
    assert mode_of(name, "auto") == "max"


@pytest.mark.parametrize("name", DOUBT)
def test_doubt_is_an_error(name: str) -> None:
    with pytest.raises(ValueError, match='pass mode="min" or mode="max"'):
        mode_of(name, "auto")
