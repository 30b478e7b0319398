"""Holds the size rules: no source file over 400 lines, no Python function over 80."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 80
SOURCES = ("src/*.py", "native/*.cpp", "native/*.h", "frontend/src/*", "tests/*.py", "benches/*.py", "tools/*.py")
# Written by a generator, read by no person.
GENERATED = ("frontend/src/api/schema.ts",)


def tracked(root: Path, *patterns: str) -> list[Path]:
    """Returns the files that git tracks or would track under the patterns."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    names = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout.splitlines()
    return [Path(name) for name in names if (root / name).is_file()]


def violations(name: Path, text: str) -> Iterator[str]:
    lines = text.count("\n")
    if lines > MAX_FILE_LINES:
        yield f"{name}: {lines} lines, and {MAX_FILE_LINES} are allowed: a second noun may live in it."
    if name.suffix != ".py":
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MAX_FUNCTION_LINES:
                yield f"{name}:{node.lineno}: {node.name} has {length} lines, and {MAX_FUNCTION_LINES} are allowed."


def main(root: Path) -> int:
    found = [
        problem
        for name in tracked(root, *SOURCES)
        if str(name) not in GENERATED
        for problem in violations(name, (root / name).read_text(encoding="utf-8"))
    ]
    print("\n".join(found) or "sizes: every file and function is within its limit")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent.parent))
