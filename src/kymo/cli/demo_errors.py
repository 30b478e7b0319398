"""What a demo's training says when it cannot go on."""

from __future__ import annotations

import sys
from collections.abc import Callable


def trained(train: Callable[[], int]) -> int:
    """Trains, and returns the exit code; what is missing, and what cannot be written, is told in a line.

    Example:
        >>> trained(lambda: 0)
        0
    """
    try:
        return train()
    except ModuleNotFoundError as error:
        print(f"kymo demo needs {error.name}, which is not installed: pip install 'kymo[demo]'.", file=sys.stderr)
    except OSError as error:
        print(f"kymo demo cannot record its run ({error}): give --logdir a directory to write in.", file=sys.stderr)
    return 2
