"""Where the page is, told in the terminal and to a browser."""

from __future__ import annotations

import os
import sys
import threading
import webbrowser
from collections.abc import Sequence
from pathlib import Path


def announce(address: str, directories: Sequence[Path]) -> None:
    """Prints what is shown at which address, and what stands in the way of it."""
    from rich.console import Console
    from rich.text import Text

    from kymo.server.page import BUNDLED, HOW_TO_BUILD, is_built

    console = Console(highlight=False, soft_wrap=True)
    names = ", ".join(str(path) for path in directories)
    console.print(Text.assemble("kymo shows ", (names, "bold"), " at ", (address, "bold cyan"), "  (Ctrl+C stops it)"))
    for path in directories:
        if not path.exists():
            console.print(Text(f"{path} is not there yet: its runs are shown once it is.", "yellow"))
    if not is_built(BUNDLED):
        console.print(Text(HOW_TO_BUILD, "yellow"))


def has_browser() -> bool:
    """Whether a graphical browser can be opened here: a terminal one would take the terminal away."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def open_page(address: str) -> None:
    """Opens the page; from a thread, since some browsers are started in the foreground and the server must not wait."""
    threading.Thread(target=webbrowser.open, args=(address,), name="kymo-browser", daemon=True).start()
