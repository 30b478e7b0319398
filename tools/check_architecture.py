"""Holds ARCHITECTURE.md against the tree, both ways: every place it names exists, and every place is named in it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from check_sizes import tracked

# Directories whose files are each named; of every other directory the name is enough.
FILE_BY_FILE = ("src/kymo", "native", "tools", "benches")
_ENTRY = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)


def named(text: str) -> set[str]:
    """Returns the places in the first column of the document's tables; folders end with a slash."""
    return set(_ENTRY.findall(text))


def places(files: list[Path]) -> set[str]:
    """Returns what must be named: each folder that holds a tracked file, and each file where files are named."""
    found = set()
    for file in files:
        folder = file.parent
        if str(folder) != ".":
            found.add(f"{folder}/")
        if any(folder.is_relative_to(root) for root in FILE_BY_FILE) and file.suffix in {".py", ".cpp", ".h", ".pyi"}:
            header_of_pair = file.suffix == ".h" and file.with_suffix(".cpp") in files
            if file.name != "__init__.py" and not header_of_pair:
                found.add(str(file))
    return found


def differences(text: str, files: list[Path]) -> list[str]:
    expected, written = places(files), named(text)
    missing = [f"ARCHITECTURE.md does not name {place}." for place in sorted(expected - written)]
    stale = [f"ARCHITECTURE.md names {place}, which does not exist." for place in sorted(written - expected)]
    return missing + stale


def main(root: Path) -> int:
    found = differences((root / "ARCHITECTURE.md").read_text(encoding="utf-8"), tracked(root))
    print("\n".join(found) or "architecture: the map and the tree agree")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent.parent))
