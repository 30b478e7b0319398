"""Writes the corpus: `python tests/corpus/make.py`. The files are the same whenever and wherever it runs."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "native"))

import corpus_framing
import corpus_runs
import corpus_values
from corpus_entry import Entry

FILES = Path(__file__).resolve().parent / "files"


def entries() -> list[Entry]:
    return [*corpus_framing.entries(), *corpus_values.entries(), *corpus_runs.entries()]


def contents() -> dict[str, bytes]:
    """Every file of the corpus by name."""
    found: dict[str, bytes] = {}
    for entry in entries():
        files = entry.files()
        assert not files.keys() & found.keys(), f"Two entries are called {entry.name}."
        found |= files
    return found


def main() -> None:
    FILES.mkdir(exist_ok=True)
    wanted = contents()
    for path in FILES.iterdir():
        if path.name not in wanted:
            path.unlink()
    for name, data in wanted.items():
        (FILES / name).write_bytes(data)
    print(f"{len(wanted)} files, {sum(map(len, wanted.values()))} bytes")


if __name__ == "__main__":
    main()
