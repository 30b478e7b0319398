"""`kymo serve` as a user starts and stops it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import typer

from kymo import __version__
from kymo.cli.directories import checked_directories


class Process:
    """A `kymo` that runs, and what it has printed so far."""

    def __init__(self, *arguments: str, cwd: Path, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kymo", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=cwd,
            env=environment,
        )
        self.lines: list[str] = []
        self._printed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._printed:
                self.lines.append(line.rstrip("\n"))
                self._printed.notify_all()
        with self._printed:
            self._printed.notify_all()

    def wait_for(self, pattern: str, seconds: float = 60.0) -> re.Match[str]:
        def found() -> re.Match[str] | None:
            return next((match for line in self.lines if (match := re.search(pattern, line))), None)

        with self._printed:
            self._printed.wait_for(lambda: found() or not self._reader.is_alive(), seconds)
            match = found()
        assert match is not None, self.lines
        return match

    @property
    def address(self) -> str:
        return self.wait_for(r"http://\S+")[0]

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(30)
        self._reader.join(30)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def kymo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Process]]:
    monkeypatch.delenv("KYMO_TOKEN", raising=False)
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    if source := environment.get("PYTHONPATH"):
        environment["PYTHONPATH"] = os.pathsep.join(str(Path(part).resolve()) for part in source.split(os.pathsep))
    with ExitStack() as stack:

        def start(*arguments: str, **more: str) -> Process:
            process = Process(*arguments, cwd=tmp_path, environment={**environment, **more})
            stack.callback(process.end)
            return process

        yield start


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop(
    kymo: Callable[..., Process], tmp_path: Path, number: signal.Signals
) -> None:
    (tmp_path / "runs").mkdir()
    process = kymo("serve", "runs", "--port", "0")
    address = process.address
    info = httpx.get(f"{address}api/info", timeout=30).json()
    assert info["logdirs"] == [str(tmp_path / "runs")]
    assert (info["title"], info["token_required"]) == ("runs", False)
    assert httpx.get(address, timeout=30).status_code == 200
    assert process.stop(number) == 0
    assert "Traceback" not in "\n".join(process.lines)


def test_log_directories_are_taken_as_tensorboard_takes_them(kymo: Callable[..., Process], tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    process = kymo("serve", "a", "--logdir=b", "--logdir", "a", "--port", "0", "--path-prefix", "/x/")
    assert urlsplit(process.address).path == "/x/"
    process.wait_for("^a is not there yet: its runs are shown once it is.$")
    info = httpx.get(f"{process.address}api/info", timeout=30).json()
    assert info["logdirs"] == [str(tmp_path / "a"), str(tmp_path / "b")]


def test_beyond_this_machine_a_token_is_made(kymo: Callable[..., Process]) -> None:
    process = kymo("serve", "runs", "--port", "0", "--host", "0.0.0.0")
    address = urlsplit(process.address)
    local = f"http://127.0.0.1:{address.port}/"
    assert len(address.query.removeprefix("token=")) == 32
    assert httpx.get(f"{local}api/runs", timeout=30).status_code == 401
    with httpx.Client(follow_redirects=True, timeout=30) as browser:
        page = browser.get(f"{local}?{address.query}")
        assert (page.status_code, str(page.url)) == (200, local)
        assert browser.get(f"{local}api/runs").status_code == 200


def test_the_token_comes_from_the_environment(kymo: Callable[..., Process]) -> None:
    process = kymo("serve", "runs", "--port", "0", KYMO_TOKEN="from-the-environment")
    assert process.address.endswith("/?token=from-the-environment")


def test_an_unset_port_is_the_next_free_one(kymo: Callable[..., Process]) -> None:
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
    kymo: Callable[..., Process], tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    process = kymo("serve", *arguments)
    assert process.process.wait(60) == 2
    process.wait_for(f"^kymo: {re.escape(sentence)}")
    assert len(process.lines) == 1


def test_a_port_in_use_is_one_sentence(kymo: Callable[..., Process]) -> None:
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
    kymo: Callable[..., Process], arguments: list[str], named: str, command: str
) -> None:
    process = kymo(*arguments)
    assert process.process.wait(60) == 2
    process.wait_for(f"^kymo: .*{named}.*: see `{command} --help`.$")
    assert len(process.lines) == 1


def test_no_command_is_answered_with_the_help(kymo: Callable[..., Process]) -> None:
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


def test_a_name_that_the_terminal_cannot_show_is_escaped(kymo: Callable[..., Process], tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9 \xc3\xbc")
    (tmp_path / name).mkdir()
    process = kymo("serve", name, "--port", "0", PYTHONIOENCODING="ascii")
    info = httpx.get(f"{process.address}api/info", timeout=30).json()
    assert info["title"] == "caf\\xe9 ü"
    process.wait_for(r"^kymo shows caf\\udce9 \\xfc at http")


def test_help_shows_an_example(kymo: Callable[..., Process]) -> None:
    process = kymo("serve", "--help")
    assert process.process.wait(60) == 0
    process.wait_for("Example: kymo serve runs")


def test_the_version_is_told(kymo: Callable[..., Process]) -> None:
    process = kymo("--version")
    assert process.process.wait(60) == 0
    process.wait_for(rf"^kymo {re.escape(__version__)}$")
