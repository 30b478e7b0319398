"""Holds the generated files against what they are generated from: the core's stub and the dashboard's API types."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

# Each generated file, the make target that writes it, and the commands that write it to `{out}`.
STUB = "src/kymo/_core.pyi"
TYPES = "frontend/src/api/schema.ts"


def generate_stub(root: Path, out: Path) -> None:
    command = [sys.executable, "-m", "nanobind.stubgen", "-q", "-m", "kymo._core", "-o", str(out)]
    subprocess.run(command, cwd=root, check=True)


def generate_types(root: Path, out: Path) -> None:
    document = out.with_suffix(".json")
    with document.open("w", encoding="utf-8") as file:
        subprocess.run([sys.executable, "tools/openapi.py"], cwd=root, check=True, stdout=file)
    command = ["npm", "run", "--silent", "types", "--", str(document), "-o", str(out)]
    subprocess.run(command, cwd=root / "frontend", check=True, stdout=subprocess.DEVNULL)


def main(root: Path) -> int:
    stale = []
    with tempfile.TemporaryDirectory() as folder:
        for name, target, generate in ((STUB, "stubs", generate_stub), (TYPES, "api", generate_types)):
            out = Path(folder) / Path(name).name
            generate(root, out)
            if out.read_text(encoding="utf-8") != (root / name).read_text(encoding="utf-8"):
                stale.append(f"{name} is not what its source generates: run `make {target}`.")
    print("\n".join(stale) or "generated: the stub and the API types are up to date")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent.parent))
