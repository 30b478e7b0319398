"""Every option and every route is in the documents, and the documents name no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from kymo.cli import app
from kymo.server import create_app
from kymo.store import Logs

DOCS = Path(__file__).resolve().parents[2] / "docs"
SERVING, RUNNING = ((DOCS / "guides" / name).read_text(encoding="utf-8") for name in ("serving.md", "running.md"))
DEVICES = (DOCS / "guides" / "devices.md").read_text(encoding="utf-8")
# The guide that has a command's table of options.
GUIDES = {
    **dict.fromkeys(("serve", "demo"), SERVING),
    **dict.fromkeys(("stop", "control", "runs"), RUNNING),
    **dict.fromkeys(("gpu", "doctor"), DEVICES),
}
PROTOCOL = (DOCS / "protocol.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", GUIDES)
def test_every_option_of_a_command_is_in_its_table(name: str) -> None:
    command = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined] # a group
    options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
    guide = GUIDES[name]
    tables = [guide[guide.index(f"`kymo {name} --help` lists the options") :].split("\n\n")[1]]
    if name == "serve":
        tables.append(SERVING[SERVING.index("## Coming from TensorBoard") :].split("\n## ")[0])
    flags = [flag for table in tables for flag in re.findall(r"^\| `.*?\|", table, re.MULTILINE)]
    # TensorBoard's own flags are spelled as it spells them.
    documented = {option.replace("_", "-") for flag in flags for option in re.findall(r"`(--[a-z_-]+)", flag)}
    assert options - {"--help"} <= documented
    inverse = {option for parameter in command.params for option in parameter.secondary_opts}
    assert documented <= options | inverse


def test_every_command_has_its_table() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined] # a group
    assert commands.keys() == GUIDES.keys()


def test_every_route_is_in_the_table_and_every_row_is_a_route(tmp_path: Path) -> None:
    with Logs(tmp_path) as logs:
        paths = create_app(logs, follow=False).openapi()["paths"]
    routes = {f"{method.upper()} {path[1:]}" for path, methods in paths.items() for method in methods}
    rows = re.findall(r"^\| `(GET|POST|PUT|WebSocket) (api/[\w/]+)(?:\?([^`]*))?` \|", PROTOCOL, re.MULTILINE)
    assert {f"{method} {path}" for method, path, _ in rows} == routes | {"WebSocket api/live"}
    queries = {
        f"{method} {path}": {name.rstrip("=…") for name in query.split("&") if name} for method, path, query in rows
    }
    for path, methods in paths.items():
        for method, operation in methods.items():
            asked = {parameter["name"] for parameter in operation.get("parameters", [])}
            assert queries[f"{method.upper()} {path[1:]}"] == asked, (method, path)
