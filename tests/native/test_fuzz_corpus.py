"""Every input that a fuzzer found worth keeping, run through its target again."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "native" / "fuzz" / "corpus"


@pytest.mark.timeout(600)
def test_the_kept_corpus_holds(tmp_path: Path) -> None:
    build = ROOT / "build" / "replay"
    options = ["-DKYMO_FUZZ=ON", "-DCMAKE_BUILD_TYPE=None", "-DCMAKE_CXX_FLAGS=-O0 -D_GLIBCXX_ASSERTIONS"]
    generator = ["-G", "Ninja"] if shutil.which("ninja") else []
    for command in (
        ["cmake", "-S", str(ROOT), "-B", str(build), *generator, *options],
        ["cmake", "--build", str(build), "--parallel", str(os.cpu_count() or 1)],
    ):
        built = subprocess.run(command, capture_output=True, text=True, check=False)
        assert built.returncode == 0, built.stdout[-4000:] + built.stderr[-4000:]
    replay = [str(build / "native" / "fuzz" / "replay"), str(CORPUS)]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    result = subprocess.run(replay, capture_output=True, text=True, env=environment, timeout=300, check=False)
    assert result.returncode == 0, result.stderr[-2000:]
    counts = dict(line.split() for line in result.stdout.splitlines())
    assert counts.keys() == {path.name for path in CORPUS.iterdir()}
    assert all(int(count) > 0 for count in counts.values()), counts
    assert sum(path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()) < 1 << 20
