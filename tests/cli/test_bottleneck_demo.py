"""Trainings that are held back on purpose, as a student would start them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from kymo.cli.bottlenecks.digit_files import DigitFiles, store_digits
from kymo.cli.bottlenecks.recipe import BOTTLENECKS, recipe_for
from kymo.cli.bottlenecks.transforms import Compose, Distort, Rotate, Shrink, ToBytes, ToStrips, to_batch, turned


def demo(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kymo", "demo", "--port", "0", "--no-open-browser", "--exit", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)


def test_a_training_without_workers_is_told_to_use_some(tmp_path: Path) -> None:
    ended = demo("--bottleneck", "workers", "--seconds", "10", "--logdir", str(tmp_path))
    assert ended.returncode == 0, ended.stderr
    assert "the training process makes each batch itself" in ended.stdout
    assert "Give the DataLoader num_workers=" in ended.stdout
    (run,) = tmp_path.iterdir()  # the images are gone
    assert run.name.startswith("workers-")


def test_a_sick_network_is_told_why_it_cannot_learn(tmp_path: Path) -> None:
    ended = demo("--sick", "dead", "--seconds", "8", "--logdir", str(tmp_path))
    assert ended.returncode == 0, ended.stderr
    assert "of the units of layer 1, and of 1 more, let nothing pass: they are dead." in ended.stdout
    (run,) = tmp_path.iterdir()
    assert run.name.startswith("dead-")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--bottleneck", "disk", "--resume"], "--bottleneck disk goes with neither --resume nor --fast"),
        (["--mended"], "--mended needs something to mend"),
        (["--bottleneck", "luck"], "luck"),
        (["--sick", "tired"], "tired"),
        (["--sick", "dead", "--fast"], "--sick dead goes with neither --resume nor --fast"),
        (["--sick", "dead", "--bottleneck", "disk"], "are two trainings"),
    ],
)
def test_options_that_do_not_go_together_are_misuse(tmp_path: Path, options: list[str], said: str) -> None:
    ended = demo("--logdir", str(tmp_path / "runs"), *options)
    assert ended.returncode == 2
    assert said in ended.stderr + ended.stdout


@pytest.mark.parametrize("bottleneck", BOTTLENECKS)
@pytest.mark.parametrize("cores", [1, 2, 64])
def test_every_recipe_can_be_made(bottleneck: str, cores: int) -> None:
    for is_mended in (False, True):
        recipe = recipe_for(bottleneck, cores, is_mended=is_mended)  # type: ignore[arg-type] # as parametrize has it
        assert 0 <= recipe.workers <= max(1, cores)


@pytest.mark.parametrize("is_raw", [False, True])
def test_what_is_stored_is_read_back(tmp_path: Path, is_raw: bool) -> None:
    paths, labels = store_digits(tmp_path, 64, 3, is_raw=is_raw)
    assert labels == [0, 1, 2]
    dataset = DigitFiles(paths, labels, Compose([Shrink(), ToBytes()]), is_cold=is_raw)
    image, label = dataset[4]  # the second one again
    assert label == 1
    assert image.shape == (1, 32, 32)
    assert image.dtype == torch.uint8
    assert image.float().std() > 30


def test_strips_are_the_same_image(tmp_path: Path) -> None:
    paths, labels = store_digits(tmp_path, 32, 2, is_raw=False)
    whole = DigitFiles(paths, labels, Compose([ToBytes()]), is_cold=False)
    strips = DigitFiles(paths, labels, Compose([ToBytes(), ToStrips()]), is_cold=False)
    as_bytes = to_batch(torch.stack([whole[0][0], whole[1][0]]))
    as_strips = to_batch([torch.stack(pair) for pair in zip(strips[0][0], strips[1][0], strict=True)])
    assert torch.equal(as_bytes, as_strips)


def test_augmenting_keeps_the_digit_in_the_image(tmp_path: Path) -> None:
    paths, labels = store_digits(tmp_path, 32, 1, is_raw=False)
    plain = DigitFiles(paths, labels, Compose([ToBytes()]), is_cold=False)[0][0].float()
    bent = DigitFiles(paths, labels, Compose([Rotate(), Distort(), Shrink(), ToBytes()]), is_cold=False)[0][0].float()
    assert not torch.equal(plain, bent)
    assert torch.corrcoef(torch.stack([plain.flatten(), bent.flatten()]))[0, 1] > 0.5
    moved = turned(plain.unsqueeze(0) / 255)
    assert moved.shape == (1, 1, 32, 32)
    assert moved.sum() > 0.3 * plain.sum() / 255
