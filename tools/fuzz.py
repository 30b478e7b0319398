"""Runs the fuzz targets of native/fuzz, each for a while, and keeps what they find.

The inputs of native/fuzz/corpus/TARGET are where a run starts from. What it learns stays in build/fuzz/learnt/TARGET,
and an input that breaks an invariant comes to lie in build/fuzz/findings. Mend the cause, then keep that input: copy it
to the corpus, whose inputs the tests replay. `--keep` adds to the corpus what those directories have reached beyond it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "fuzz"
CORPUS = ROOT / "native" / "fuzz" / "corpus"
SANITIZERS = "fuzzer-no-link,address,undefined"
MOST_KEPT_BYTES = 1024


def compiler() -> str:
    """Returns the Clang to build with; exits with one sentence where there is none that can fuzz."""
    found = shutil.which(os.environ.get("FUZZ_CXX", "clang++"))
    if found is None:
        sys.exit("make fuzz needs Clang, and there is no clang++: install the Debian packages clang and llvm.")
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "probe.cpp"
        source.write_text('extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }\n')
        command = [found, "-fsanitize=fuzzer,address,undefined", str(source), "-o", str(source.with_suffix(""))]
        if subprocess.run(command, capture_output=True, check=False).returncode != 0:
            sys.exit(
                f"make fuzz needs Clang's fuzzer runtime, and {found} has none: install the Debian package "
                "libclang-rt-dev, or libclang-rt-VERSION-dev of that Clang's version."
            )
    return found


def build() -> None:
    options = [f"-DCMAKE_CXX_COMPILER={compiler()}", "-DKYMO_FUZZ=ON", f"-DKYMO_SANITIZE={SANITIZERS}"]
    configure = ["cmake", "-S", str(ROOT), "-B", str(BUILD), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=RelWithDebInfo"]
    subprocess.run([*configure, *options], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", str(BUILD)], check=True)


def targets(wanted: str) -> list[str]:
    known = sorted(path.name.removeprefix("fuzz_") for path in (BUILD / "native" / "fuzz").glob("fuzz_*"))
    if wanted and wanted not in known:
        sys.exit(f"FUZZ_TARGET is {wanted}; it must be one of {', '.join(known)}.")
    return [wanted] if wanted else known


def run(target: str, options: list[str]) -> bool:
    """Runs one target; whether every invariant held."""
    work, findings = BUILD / "learnt" / target, BUILD / "findings"
    for directory in (work, findings, CORPUS / target):
        directory.mkdir(parents=True, exist_ok=True)
    command = [str(BUILD / "native" / "fuzz" / f"fuzz_{target}"), f"-artifact_prefix={findings}/{target}-", *options]
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else tempfile.gettempdir()
    with tempfile.TemporaryDirectory(dir=memory) as scratch:
        environment = {**os.environ, "TMPDIR": scratch}
        return subprocess.run(command, cwd=BUILD, env=environment, check=False).returncode == 0


def fuzz(target: str, seconds: int) -> bool:
    print(f"\n== {target}, {seconds} seconds", flush=True)
    limits = [f"-max_total_time={seconds}", "-timeout=25", "-print_final_stats=1"]
    return run(target, [*limits, str(BUILD / "learnt" / target), str(CORPUS / target)])


def keep(target: str) -> bool:
    """Adds to the kept corpus the inputs that reach what it does not."""
    limits = [f"-max_len={MOST_KEPT_BYTES}", "-use_counters=0", "-merge=1"]
    return run(target, [*limits, str(CORPUS / target), str(BUILD / "learnt" / target)])


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--target", default="", help="the one target to run; all of them unless given")
    parser.add_argument("--seconds", type=int, default=60, help="how long each target runs")
    parser.add_argument("--keep", action="store_true", help="add to the kept corpus instead of running")
    arguments = parser.parse_args()
    build()
    wanted = targets(arguments.target)
    failed = [name for name in wanted if not (keep(name) if arguments.keep else fuzz(name, arguments.seconds))]
    if failed:
        print(f"\nAn invariant did not hold in {', '.join(failed)}: the inputs are in {BUILD / 'findings'}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
