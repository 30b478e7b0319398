"""Finds a Chromium for the browser tests, and installs one where there is none.

In order: the environment variable KYMO_CHROMIUM, the system's, Playwright's own download, Debian's package.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> Path | None:
    """Returns the Chromium to use, or None; a wrong KYMO_CHROMIUM is an error, since it was asked for."""
    asked = os.environ.get("KYMO_CHROMIUM")
    if asked:
        if not os.access(asked, os.X_OK):
            raise FileNotFoundError(f"KYMO_CHROMIUM is {asked!r}, which is no program: unset it or correct it.")
        return Path(asked)
    for name in _NAMES:
        if found := shutil.which(name):
            return Path(found)
    return _downloaded()


# What Playwright switches off (of two such lists the last one counts), and the pages behind the address bar, which
# Chromium loads anew for each window although nobody sees them: they take longer than most tests do.
_OFF = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxPopup",
)


def launch_arguments() -> list[str]:
    """Returns Chromium's arguments: quiet on the network, and without the sandbox only as root, who has none."""
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    quiet += [f"--disable-features={','.join(_OFF)}"]
    return [*quiet, "--no-sandbox"] if os.geteuid() == 0 else quiet


def _downloaded() -> Path | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.exists() else None


def _install() -> None:
    playwright = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], timeout=600, check=False)
    if playwright.returncode == 0 and find():
        return
    if shutil.which("apt-get") is None:
        raise SystemExit("No Chromium was found, and none could be installed: install one and set KYMO_CHROMIUM to it.")
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    subprocess.run([*sudo, "apt-get", "update", "-qq"], timeout=600, check=False)
    command = [*sudo, "apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
    subprocess.run(command, timeout=900, check=True, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--install", action="store_true", help="install one where none is found")
    arguments = parser.parse_args()
    if find() is None and arguments.install:
        _install()
    found = find()
    if found is None:
        raise SystemExit("No Chromium was found: run `make test`, or set KYMO_CHROMIUM to one.")
    print(found)


if __name__ == "__main__":
    main()
