"""Prints the server's OpenAPI document without a running server: the dashboard's types are generated from it."""

from __future__ import annotations

import json
import sys
from typing import Any, cast


def document() -> dict[str, Any]:
    from kymo.server import create_app

    # No route is called, so there need be no logs behind them.
    return create_app(cast(Any, {}), follow=False).openapi()


if __name__ == "__main__":
    json.dump(document(), sys.stdout, indent=2, sort_keys=True, ensure_ascii=False)
    print()
