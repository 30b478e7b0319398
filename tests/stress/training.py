"""A training process that logs through an outage, and says how that went: a script, run by the tests.

python training.py LOG_DIR BEGIN END

BEGIN and END are shell commands that cut the log off and bring it back. Prints one JSON object.
"""

import argparse
import json
import logging
import os
import resource
import shutil
import subprocess
import time
from pathlib import Path

from kymo import SummaryWriter

BEFORE = 100  # events that are in the file when the outage begins
ROUNDS = 10


class Notices(logging.Handler):
    """What the logger "kymo" was told, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(record.getMessage())


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def waits() -> int:
    """How often this thread has gone to sleep of its own accord: what a busy machine does to it does not count."""
    return resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw


def log(writer: SummaryWriter, first: int, calls: int) -> dict[str, float]:
    """Logs steps from `first` on in rounds, over half a second and more; how often and how long its calls waited."""
    waited, worst = 0, 0.0
    for start in range(first, first + calls, calls // ROUNDS):
        before = waits()
        for step in range(start, start + calls // ROUNDS):
            begun = time.perf_counter()
            writer.add_scalar("loss", 0.5, step)
            worst = max(worst, time.perf_counter() - begun)
        waited += waits() - before
        time.sleep(0.06)
    return {"waits": waited, "worst": worst}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("log_dir", type=Path)
    parser.add_argument("begin")
    parser.add_argument("end")
    parser.add_argument("--calls", type=int, default=5_000)
    parser.add_argument("--copy", type=Path, help="where the log is copied to in the end")
    parser.add_argument("--flush", action="store_true", help="flush to the disk during the outage")
    parser.add_argument("--from-the-start", action="store_true", help="the writer is made during the outage")
    arguments = parser.parse_args()
    notices = Notices()
    logging.getLogger("kymo").addHandler(notices)

    if arguments.from_the_start:
        subprocess.run(arguments.begin, shell=True, check=True)
    writer = SummaryWriter(arguments.log_dir)
    for step in range(BEFORE):
        writer.add_scalar("loss", 0.5, step)
    if not arguments.from_the_start:
        assert writer.flush()
        subprocess.run(arguments.begin, shell=True, check=True)
    memory = resident()
    answer: dict[str, object] = {"log_dir": str(arguments.log_dir), **log(writer, BEFORE, arguments.calls)}
    answer["memory"] = resident() - memory
    events = writer._get_file_writer().events
    answer["pending"] = events.pending_bytes
    if arguments.flush:
        answer["flushed"] = writer.flush(sync=True)
    begun = len(notices.told)

    subprocess.run(arguments.end, shell=True, check=True)
    limit = time.monotonic() + 60
    while events.pending_bytes and time.monotonic() < limit:
        time.sleep(0.01)
    time.sleep(0.1)  # the notice follows the last byte
    writer.add_scalar("loss", 0.5, BEFORE + arguments.calls)
    answer |= {"dropped": events.dropped_records, "closed": writer.close()}
    answer |= {"begun": notices.told[:begun], "ended": notices.told[begun:]}
    if arguments.copy:
        shutil.copytree(arguments.log_dir, arguments.copy)
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
