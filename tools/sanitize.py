"""Runs the fuzz corpus and the tests of core, store and writer on a native core built with sanitizers.

One build is checked for wrong memory accesses and undefined behaviour, the other for data races.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "sanitize"
SUPPRESSIONS = ROOT / "tools" / "thread_suppressions.txt"
TESTS = ("tests/native", "tests/store", "tests/writer")
# Where one thread reads a file, none can race.
THREADED_TESTS = (
    *(
        f"tests/native/test_{name}.py"
        for name in ("threads", "event_writer", "event_writer_faults", "add_now", "run_log", "run_log_files")
    ),
    "tests/store",
    "tests/writer",
)
# In a process forked off one with threads, the thread sanitizer takes the child's first thread for one it has seen.
FORKING_TESTS = tuple(
    f"tests/writer/test_processes.py::test_{name}"
    for name in (
        "a_forked_child_writes_to_a_file_of_its_own",
        "a_fork_while_another_thread_opens_and_closes_files",
    )
)
# The first three import torch, whose thousands of uninstrumented functions take minutes to load and say nothing about
# kymo. The next starts TensorBoard's own server, whose Rust threads the sanitizer cannot follow. The last builds the
# corpus driver, which has been run by then.
LEFT_OUT = (
    "tests/native/test_reads_torch.py",
    "tests/writer/test_torch_oracle.py",
    "tests/writer/test_scalar.py",
    "tests/writer/test_tensorboard_reads.py",
    "tests/native/test_fuzz_corpus.py",
)


@dataclass(frozen=True)
class Sanitizer:
    name: str
    flags: str
    runtimes: tuple[str, ...]  # shared libraries that must be there before Python, which is not built with them
    options: dict[str, str]
    tests: tuple[str, ...]
    passed_over: tuple[str, ...]
    replays: bool  # whether the fuzz corpus runs with it, which has one thread


SANITIZERS = (
    Sanitizer(
        "address",
        "address,undefined",
        ("libasan.so", "libubsan.so"),
        # Python frees little of what it holds at its end. The corpus' replay, without Python, does look for leaks.
        {"ASAN_OPTIONS": "detect_leaks=0:halt_on_error=1", "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1"},
        tests=TESTS,
        passed_over=(),
        replays=True,
    ),
    Sanitizer(
        "thread",
        "thread",
        ("libtsan.so",),
        # The tests fork processes that have threads, and go on in the child.
        {"TSAN_OPTIONS": f"halt_on_error=1:die_after_fork=0:exitcode=66:suppressions={SUPPRESSIONS}"},
        tests=THREADED_TESTS,
        passed_over=FORKING_TESTS,
        replays=False,
    ),
)


def runtime(compiler: str, library: str) -> str:
    path = subprocess.run([compiler, f"-print-file-name={library}"], capture_output=True, text=True, check=True)
    found = path.stdout.strip()
    if not Path(found).is_absolute():
        sys.exit(f"make sanitize needs {library} of {compiler}, which has none: install the Debian package g++.")
    return str(Path(found).resolve())


def build(sanitizer: Sanitizer, compiler: str, fuzz: bool) -> Path:
    directory = BUILD / sanitizer.name / ("replay" if fuzz else "core")
    options = [
        f"-DCMAKE_CXX_COMPILER={compiler}",
        f"-DKYMO_SANITIZE={sanitizer.flags}",
        f"-DKYMO_FUZZ={'ON' if fuzz else 'OFF'}",
        f"-DPython_EXECUTABLE={sys.executable}",
        "-DCMAKE_BUILD_TYPE=RelWithDebInfo",
    ]
    command = ["cmake", "-S", str(ROOT), "-B", str(directory), "-G", "Ninja", *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", str(directory)], check=True)
    return directory


def package(sanitizer: Sanitizer, core: Path) -> Path:
    """Lays out a `kymo` with this core beside the sources; returns the directory for Python's path."""
    place = BUILD / sanitizer.name / "path"
    shutil.rmtree(place, ignore_errors=True)
    (place / "kymo").mkdir(parents=True)
    for source in (ROOT / "src" / "kymo").iterdir():
        if source.suffix != ".so":
            (place / "kymo" / source.name).symlink_to(source)
    (extension,) = core.glob("_core*.so")
    (place / "kymo" / extension.name).symlink_to(extension)
    # An editable install has an importer of its own, which comes before Python's path unless it is told otherwise.
    (place / "sitecustomize.py").write_text(
        "import sys\nfrom importlib.machinery import PathFinder\n\nsys.meta_path.insert(0, PathFinder)\n"
    )
    return place


def without_random_addresses() -> list[str]:
    """Some kernels place memory where a sanitizer cannot follow it."""
    setarch = shutil.which("setarch")
    return [setarch, "--addr-no-randomize"] if setarch else []


def corpus_holds(sanitizer: Sanitizer, compiler: str) -> bool:
    print(f"\n== {sanitizer.name}: the fuzz corpus", flush=True)
    options = {name: value.replace("detect_leaks=0", "detect_leaks=1") for name, value in sanitizer.options.items()}
    replay = [str(build(sanitizer, compiler, fuzz=True) / "native" / "fuzz" / "replay"), "native/fuzz/corpus"]
    environment = {**os.environ, **options}
    corpus = subprocess.run(
        [*without_random_addresses(), *replay],
        cwd=ROOT,
        env=environment,
        check=False,
        stderr=subprocess.PIPE,
        text=True,
    )
    if corpus.returncode != 0:
        print(corpus.stderr[-8000:])
    return corpus.returncode == 0


def tests_hold(sanitizer: Sanitizer, compiler: str, arguments: list[str]) -> bool:
    print(f"\n== {sanitizer.name}: the tests", flush=True)
    place = package(sanitizer, build(sanitizer, compiler, fuzz=False))
    environment = {**os.environ, **sanitizer.options, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(place)}
    preload = " ".join(runtime(compiler, library) for library in sanitizer.runtimes)
    left_out = [f"--ignore={path}" for path in LEFT_OUT]
    left_out += [f"--deselect={test}" for test in sanitizer.passed_over]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout=600", *left_out]
    command = [*without_random_addresses(), "env", f"LD_PRELOAD={preload}", *command, *(arguments or sanitizer.tests)]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0


def check(sanitizer: Sanitizer, compiler: str, arguments: list[str]) -> bool:
    corpus = not sanitizer.replays or corpus_holds(sanitizer, compiler)
    return tests_hold(sanitizer, compiler, arguments) and corpus


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", choices=[sanitizer.name for sanitizer in SANITIZERS], help="one of the two builds")
    parser.add_argument("pytest", nargs="*", help="what pytest is to run, unless it is everything")
    arguments = parser.parse_args()
    compiler = shutil.which(os.environ.get("CXX", "g++"))
    if compiler is None:
        sys.exit("make sanitize needs GCC, and there is no g++: install the Debian package g++.")
    wanted = [sanitizer for sanitizer in SANITIZERS if arguments.only in (None, sanitizer.name)]
    failed = [sanitizer.name for sanitizer in wanted if not check(sanitizer, compiler, arguments.pytest)]
    print(f"\nsanitize: {'found something in ' + ', '.join(failed) if failed else 'nothing was found'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
