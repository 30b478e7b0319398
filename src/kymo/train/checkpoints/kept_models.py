"""Which models are kept, best first, and which files they are in."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

Beats = Callable[[float, float], bool]


@dataclass(eq=False)
class KeptModel:
    """One model that is kept.

    Attributes:
        score: Its score.
        epoch: The epoch that was complete.
        step: The global step.
        path: The file that it is in, or on its way to.
        written: Whether the file is on the disk.
    """

    score: float
    epoch: int | None
    step: int | None
    path: Path
    written: bool = field(default=False)


class KeptModels:
    """The best few models.

    Args:
        path: The file of the best one.
        most: How many to keep. More than one have files of their own beside `path`, which is another name of the best.
        beats: Whether its first score is better than its second.
    """

    def __init__(self, path: Path, most: int, beats: Beats) -> None:
        self._path = path
        self._most = most
        self._beats = beats
        self._models: list[KeptModel] = []
        self._lock = threading.Lock()  # files are finished in the thread that writes them

    @property
    def best(self) -> KeptModel | None:
        """The best of all; None where there is none."""
        with self._lock:
            return self._models[0] if self._models else None

    def wants(self, score: float) -> bool:
        """Whether a score is among the best; an equal one is not."""
        with self._lock:
            return len(self._models) < self._most or self._beats(score, self._models[self._most - 1].score)

    def add(self, model: KeptModel) -> None:
        """Takes a model in behind those that it does not beat."""
        with self._lock:
            # One on its way to the same file is overtaken: it was worse.
            models = [kept for kept in self._models if kept.written or kept.path != model.path]
            at = next((i for i, kept in enumerate(models) if self._beats(model.score, kept.score)), len(models))
            self._models = [*models[:at], model, *models[at:]]

    def path_for(self, step: int | None) -> Path:
        """The file for another model: one that no model of an earlier session is in."""
        if self._most == 1:
            return self._path
        name = f"{self._path.stem}-{'model' if step is None else f'step{step:06}'}"
        with self._lock:
            taken = {kept.path for kept in self._models}
        return free_path(self._path.with_name(f"{name}{self._path.suffix}"), taken)

    def files(self) -> list[Path]:
        """The files that earlier sessions have left."""
        if self._most == 1:
            return [self._path] if self._path.exists() else []
        own = re.compile(rf"{re.escape(self._path.stem)}-(step\d+|model)(\.\d+)?{re.escape(self._path.suffix)}")
        with suppress(FileNotFoundError):
            return sorted(entry for entry in self._path.parent.iterdir() if own.fullmatch(entry.name))
        return []

    def finish(self, model: KeptModel) -> None:
        """A model is on the disk: the best one gets its second name, and what is no longer among the best goes."""
        with self._lock:
            model.written = True
            written = [kept for kept in self._models if kept.written]
            worse = written[self._most :]
            self._models = [kept for kept in self._models if kept not in worse]
            held = {kept.path for kept in self._models}
        if self._most > 1 and written[:1] == [model]:
            link_over(model.path, self._path)
        for path in {kept.path for kept in worse} - held:
            path.unlink(missing_ok=True)


def link_over(path: Path, name: Path) -> None:
    """Gives a file a second name, in place of whatever has it; a copy where the file system has no links."""
    part = name.with_name(f".{name.name}.link")
    part.unlink(missing_ok=True)
    try:
        part.hardlink_to(path)
    except OSError:
        import shutil

        shutil.copyfile(path, part)
    part.replace(name)


def free_path(path: Path, taken: Collection[Path] = ()) -> Path:
    """The path itself, or the first of `name.1.pth`, `name.2.pth`, … that nothing has and that is not taken."""
    free, number = path, 0
    while free.exists() or free in taken:
        number += 1
        free = path.with_name(f"{path.stem}.{number}{path.suffix}")
    return free
