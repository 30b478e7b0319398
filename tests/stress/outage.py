"""A training process with an outage in it."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any


class Training:
    """`training.py` as a process, and what it answered."""

    def __init__(self, shim: Path, control: Path) -> None:
        self._shim = shim
        self.control = control

    def __call__(self, log_dir: Path, begin: str, end: str, *options: str, within: tuple[str, ...] = ()) -> Any:
        """Runs it in the shim, under the command `within`."""
        script = str(Path(__file__).with_name("training.py"))
        command = [*within, sys.executable, script, str(log_dir), begin, end, *options]
        environment = os.environ | {"LD_PRELOAD": str(self._shim), "KYMO_OUTAGE": str(self.control)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=110, check=False)
        assert done.returncode == 0, done.stderr
        assert not done.stderr
        return json.loads(done.stdout)

    def cut_off(self, log_dir: Path, outage: str, *options: str) -> Any:
        """Runs it with an outage as the shim takes it."""
        control = shlex.quote(str(self.control))
        return self(log_dir, f"echo {outage} > {control}", f"rm {control}", *options)
