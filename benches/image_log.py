"""How much memory a log full of images takes to load. By default a small one; `--gigabytes 20` is the one promised for.

python benches/image_log.py [--gigabytes 0.5]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from report import budget, write

SIZES = [200_000, 1_000_000, 6_000_000]  # bytes of an image; the last is longer than what the reader holds at once
SCALARS = 20  # numbers that are logged with each image
PEAK_MIB = 300.0

KYMO = """
import json, sys, time, kymo
from pathlib import Path
with kymo.open(sys.argv[1], index=False) as logs:
    run = logs["."]
    images = sum(tag.count for tag in run.tags if tag.kind == "image")
    lines = Path("/proc/self/status").read_text().splitlines()
    peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    print(json.dumps({"images": images, "points": run.points, "cpu": time.process_time(), "peak": peak}))
"""


def make_log(directory: Path, size: float) -> int:
    """Writes images, and numbers between them, to this many bytes; returns how many images."""
    from tensorboard.compat.proto.summary_pb2 import Summary

    from kymo._core import EventWriter

    writer = EventWriter(str(directory / "events.out.tfevents.1700000000.bench"))
    pixels = [os.urandom(size) for size in SIZES]
    images, written = 0, 0
    while written < size:
        which, step = images % len(SIZES), images // len(SIZES)
        image = Summary.Image(height=64, width=64, colorspace=3, encoded_image_string=pixels[which])
        summary = Summary(value=[Summary.Value(tag=f"samples/{which}", image=image)]).SerializeToString()
        writer.add_summary(summary, step, 1.7e9 + images)
        for tag in range(SCALARS):
            writer.add_scalar(f"train/metric_{tag}", 1.0 / (images + 1), images, 1.7e9 + images)
        writer.flush()
        images, written = images + 1, written + len(summary)
    writer.close()
    return images


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=0.5)
    gigabytes = parser.parse_args().gigabytes
    with tempfile.TemporaryDirectory(prefix="kymo-bench-") as scratch:
        images = make_log(Path(scratch), gigabytes * 1e9)
        started = time.perf_counter()
        command = [sys.executable, "-c", KYMO, scratch]
        found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        seconds = time.perf_counter() - started
    if (found["images"], found["points"]) != (images, images * SCALARS):
        raise RuntimeError(f"loading found {found} instead of {images} images and {SCALARS} numbers with each")
    row = {
        "loader": "kymo.open",
        "GB": round(gigabytes, 1),
        "images": images,
        "scalars": found["points"],
        "seconds": round(seconds, 3),
        "CPU s": round(found["cpu"], 3),
        "GB/s": round(gigabytes / seconds, 2),
        "peak MiB": round(found["peak"]),
    }
    claim = budget(f"log of {gigabytes:g} GB of images, peak MiB", found["peak"], PEAK_MIB)
    sizes = ", ".join(f"{size / 1e6:g}" for size in SIZES)
    write("image_log", [row, claim], [f"Images of {sizes} MB in turn in one file, each followed by {SCALARS} numbers."])


if __name__ == "__main__":
    main()
