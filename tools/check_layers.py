"""Holds the layer rule: imports inside kymo run one way, and torch and the heavy libraries stay inside functions.

`native <- format <- writer <- probe <- train` and `native <- format <- store <- insight <- server <- cli`; the two
halves meet only in `cli`.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

# What each package may import from kymo. `kymo` itself holds only lazy names.
ALLOWED: dict[str, set[str]] = {
    "format": {"_core", "format"},
    "writer": {"_core", "format", "writer"},
    "probe": {"_core", "format", "writer", "probe"},
    "train": {"_core", "format", "writer", "probe", "train"},
    "store": {"_core", "format", "store"},
    "insight": {"_core", "format", "store", "insight"},
    "server": {"_core", "format", "store", "insight", "server"},
    "cli": {"_core", "format", "writer", "probe", "train", "store", "insight", "server", "cli"},
}
NEVER = {"store": {"torch"}, "insight": {"torch"}, "server": {"torch"}}
NOT_AT_TOP = {"torch"}


def violations(package: str, name: str, text: str) -> Iterator[str]:
    """Yields each import in a module of `package` that the rule forbids."""
    tree = ast.parse(text)
    top = {id(node) for node in tree.body}
    for node in (found for found in ast.walk(tree) if isinstance(found, ast.Import | ast.ImportFrom)):
        for target in _targets(node, package):
            parts = target.split(".")
            if parts[0] == "kymo":
                layer = parts[1] if len(parts) > 1 else "kymo"
                if layer not in ALLOWED[package] and layer != "__version__":
                    yield f"{name}:{node.lineno}: kymo.{package} may not import {target}."
            elif parts[0] in NEVER.get(package, set()) or (parts[0] in NOT_AT_TOP and id(node) in top):
                yield f"{name}:{node.lineno}: {target} may not be imported here."


def _targets(node: ast.Import | ast.ImportFrom, package: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if node.level == 1:
        return [f"kymo.{package}"]
    if node.level >= 2:
        return [f"kymo.{(node.module or alias.name)}" for alias in node.names]
    if node.module == "kymo":
        return [f"kymo.{alias.name}" for alias in node.names]
    return [node.module or ""]


def main(root: Path) -> int:
    source = root / "src" / "kymo"
    found = [
        problem
        for package in ALLOWED
        for path in sorted((source / package).rglob("*.py"))
        for problem in violations(package, str(path.relative_to(root)), path.read_text(encoding="utf-8"))
    ]
    print("\n".join(found) or "layers: imports run one way")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent.parent))
