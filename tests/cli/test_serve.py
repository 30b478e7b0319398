"""`kymo serve` as a user starts and stops it."""

from __future__ import annotations

import os
import re
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import typer
from waiting import until

from kymo import __version__
from kymo.cli.directories import checked_directories


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop(kymo: Callable[..., Any], tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "runs").mkdir()
    process = kymo("serve", "runs", "--port", "0")
    address = process.address
    info = httpx.get(f"{address}api/info", timeout=30).json()
    assert info["logdirs"] == [str(tmp_path / "runs")]
    assert (info["title"], info["token_required"]) == ("runs", False)
    assert httpx.get(address, timeout=30).status_code == 200
    assert process.stop(number) == 0
    assert "Traceback" not in "\n".join(process.lines)


def test_log_directories_are_taken_as_tensorboard_takes_them(kymo: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    process = kymo("serve", "a", "--logdir=b", "--logdir", "a", "--port", "0", "--path-prefix", "/x/")
    assert urlsplit(process.address).path == "/x/"
    process.wait_for("^a is not there yet: its runs are shown once it is.$")
    info = httpx.get(f"{process.address}api/info", timeout=30).json()
    assert info["logdirs"] == [str(tmp_path / "a"), str(tmp_path / "b")]


def test_beyond_this_machine_a_token_is_made(kymo: Callable[..., Any]) -> None:
    process = kymo("serve", "runs", "--port", "0", "--host", "0.0.0.0")
    address = urlsplit(process.address)
    local = f"http://127.0.0.1:{address.port}/"
    assert len(address.query.removeprefix("token=")) == 32
    assert httpx.get(f"{local}api/runs", timeout=30).status_code == 401
    with httpx.Client(follow_redirects=True, timeout=30) as browser:
        page = browser.get(f"{local}?{address.query}")
        assert (page.status_code, str(page.url)) == (200, local)
        assert browser.get(f"{local}api/runs").status_code == 200


def test_the_token_comes_from_the_environment(kymo: Callable[..., Any]) -> None:
    process = kymo("serve", "runs", "--port", "0", KYMO_TOKEN="from-the-environment")
    assert process.address.endswith("/?token=from-the-environment")


def test_a_script_may_change_with_the_token_that_it_has_given(kymo: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "runs/mlp").mkdir(parents=True)
    (tmp_path / "runs/mlp/events.out.tfevents.1").touch()
    process = kymo("serve", "runs", "--port", "0", KYMO_TOKEN="from-the-environment")
    origin = process.address.partition("/?")[0]
    headers = {"origin": origin, "authorization": "Bearer from-the-environment"}
    with httpx.Client(base_url=origin, headers=headers, timeout=30) as script:
        until(lambda: script.get("/api/runs").json()["total"] == 1)
        answer = script.put("/api/notes", json={"run": "mlp", "starred": True})
    assert (answer.status_code, answer.json()["starred"]) == (200, True)


def test_a_script_may_change_with_the_cookie_of_the_page(kymo: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "runs/mlp").mkdir(parents=True)
    (tmp_path / "runs/mlp/events.out.tfevents.1").touch()
    process = kymo("serve", "runs", "--port", "0")
    origin = process.address.rstrip("/")
    with httpx.Client(base_url=origin, headers={"origin": origin}, timeout=30) as script:
        until(lambda: script.get("/api/runs").json()["total"] == 1)
        assert script.put("/api/notes", json={"run": "mlp", "starred": True}).status_code == 401
        script.get("/")
        assert script.put("/api/notes", json={"run": "mlp", "starred": True}).status_code == 200


def test_a_read_only_server_changes_nothing(kymo: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    process = kymo("serve", "runs", "--port", "0", "--read-only")
    origin = process.address.rstrip("/")
    with httpx.Client(base_url=origin, headers={"origin": origin}, timeout=30) as page:
        page.get("/")
        assert page.get("/api/info").json()["read_only"] is True
        answer = page.put("/api/notes", json={"run": "mlp", "starred": True})
    assert answer.status_code == 403
    assert answer.json()["detail"] == "This server is read-only: start kymo without --read-only to change anything."


def test_an_unset_port_is_the_next_free_one(kymo: Callable[..., Any]) -> None:
    first, second = kymo("serve", "runs"), kymo("serve", "runs")
    ports = [urlsplit(process.address).port or 0 for process in (first, second)]
    assert ports[0] != ports[1]
    assert all(6006 <= port < 6106 for port in ports)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "No log directory was given: say which, as in `kymo serve runs`."),
        (["file"], "'file' is a file: give the log directory that it is in."),
        (["file/x"], "'file/x' cannot be used as a log directory (Not a directory): name another one."),
        (["loop"], "'loop' cannot be used as a log directory (Too many levels of symbolic links): name another one."),
        (["~no-such-user/x"], "'~no-such-user/x' cannot be used as a log directory (there is no such home directory)"),
        (["a" * 300], f"'{'a' * 300}' cannot be used as a log directory (File name too long): name another one."),
        (["/dev/null"], "'/dev/null' is not a directory: give the directory that holds the runs."),
        ([""], "The log directory '' is empty text: name a directory, '.' for the current one."),
        (
            ["gs://bucket/runs"],
            "'gs://bucket/runs' is not on this machine: mount it or copy it, and give the",
        ),
        (["runs", "--host", "no-such-host.invalid"], "Cannot listen on 'no-such-host.invalid' port 6006 ("),
        (["runs", "--token", "a b c d e f"], "The token has 11 characters or some that a URL cannot carry"),
        (["runs", "--token", "x"], "The token has 1 characters or some that a URL cannot carry: use 8 to 256 letters"),
        (["runs", "--no-index", "--index", "x"], "--no-index and --index x contradict each other: give one of them."),
        (["runs", "--index", ""], "--index '' is empty text: name a directory."),
        (["runs", "--path-prefix", "x"], "The path prefix 'x' is no path: give one like /kymo."),
        (["runs", "--allow-host", "http://x"], "'http://x' is not a host name: give a name like kymo.example.com"),
        (["runs", "--host", "192.0.2.1"], "Cannot listen on '192.0.2.1' port 6006 (Cannot assign requested address):"),
    ],
)
def test_misuse_is_one_sentence_and_exit_code_2(
    kymo: Callable[..., Any], tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    process = kymo("serve", *arguments)
    assert process.process.wait(60) == 2
    process.wait_for(f"^kymo: {re.escape(sentence)}")
    assert len(process.lines) == 1


def test_a_port_in_use_is_one_sentence(kymo: Callable[..., Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = kymo("serve", "runs", "--port", str(port))
        assert process.process.wait(60) == 2
    process.wait_for(f"^kymo: Port {port} of '127.0.0.1' is in use: give --port another number, or 0")


@pytest.mark.parametrize(
    ("arguments", "named", "command"),
    [
        (["serve", "runs", "--port", "abc"], "--port", "kymo serve"),
        (["serve", "runs", "--port", "99999"], "--port", "kymo serve"),
        (["serve", "--nonsense"], "--nonsense", "kymo serve"),
        (["demo", "--epochs", "0"], "--epochs", "kymo demo"),
        (["nonsense"], "nonsense", "kymo"),
    ],
)
def test_what_cannot_be_parsed_is_one_sentence_and_exit_code_2(
    kymo: Callable[..., Any], arguments: list[str], named: str, command: str
) -> None:
    process = kymo(*arguments)
    assert process.process.wait(60) == 2
    process.wait_for(f"^kymo: .*{named}.*: see `{command} --help`.$")
    assert len(process.lines) == 1


def test_no_command_is_answered_with_the_help(kymo: Callable[..., Any]) -> None:
    process = kymo()
    assert process.process.wait(60) == 2
    process.wait_for("Usage: kymo")


def test_a_directory_that_may_not_be_read_is_misuse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)  # file modes do not stop the superuser
    with pytest.raises(typer.Exit) as end:
        checked_directories([str(tmp_path)])
    assert end.value.exit_code == 2
    assert capsys.readouterr().err.startswith(f"kymo: '{tmp_path}' may not be read by you: ")


def test_a_name_that_the_terminal_cannot_show_is_escaped(kymo: Callable[..., Any], tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9 \xc3\xbc")
    (tmp_path / name).mkdir()
    process = kymo("serve", name, "--port", "0", PYTHONIOENCODING="ascii")
    info = httpx.get(f"{process.address}api/info", timeout=30).json()
    assert info["title"] == "caf\\xe9 ü"
    process.wait_for(r"^kymo shows caf\\udce9 \\xfc at http")


def test_help_shows_an_example(kymo: Callable[..., Any]) -> None:
    process = kymo("serve", "--help")
    assert process.process.wait(60) == 0
    process.wait_for("Example: kymo serve runs")


def test_the_version_is_told(kymo: Callable[..., Any]) -> None:
    process = kymo("--version")
    assert process.process.wait(60) == 0
    process.wait_for(rf"^kymo {re.escape(__version__)}$")
