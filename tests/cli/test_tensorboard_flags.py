"""The command line that TensorBoard's users have in their fingers."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import typer

from kymo.cli.tensorboard_flags import directories_of, host_of
from kymo.server.listen import listen


def info(process: Any) -> Any:
    return httpx.get(f"{process.address}api/info", timeout=30).json()


@pytest.mark.parametrize("dashed", [False, True])
def test_all_of_them_together(kymo: Callable[..., Any], tmp_path: Path, dashed: bool) -> None:
    (tmp_path / "runs").mkdir()
    flags = {
        "--logdir": "runs",
        "--port": "0",
        "--host": "localhost",
        "--path_prefix": "/tb",
        "--window_title": "My runs",
        "--samples_per_plugin": "scalars=500,images=20",
        "--reload_interval": "5",
        "--load_fast": "false",
        "--reload_multifile": "true",
        "--purge_orphaned_data": "false",
    }
    spelled = [(f"--{flag[2:].replace('_', '-')}" if dashed else flag, value) for flag, value in flags.items()]
    process = kymo("serve", *(part for flag in spelled for part in flag))
    assert urlsplit(process.address).path == "/tb/"
    found = info(process)
    assert (found["title"], found["logdirs"]) == ("My runs", [str(tmp_path / "runs")])
    explained = [line.partition(" has no effect: kymo ")[0] for line in process.lines if "no effect" in line]
    assert sorted(explained) == sorted(list(flags)[5:])
    assert process.stop() == 0


def test_a_value_may_follow_an_equals_sign(kymo: Callable[..., Any]) -> None:
    process = kymo("serve", "--logdir=runs", "--port=0", "--path_prefix=/tb", "--samples_per_plugin=scalars=0")
    assert urlsplit(process.address).path == "/tb/"
    process.wait_for(r"^--samples_per_plugin has no effect: kymo keeps every point\.$")


def test_what_has_an_effect_is_not_explained(kymo: Callable[..., Any]) -> None:
    process = kymo("serve", "runs", "--port", "0", "--window_title", "x")
    assert process.address
    assert not [line for line in process.lines if "no effect" in line]


def test_bind_all_listens_on_every_network_and_makes_a_token(kymo: Callable[..., Any]) -> None:
    process = kymo("serve", "runs", "--port", "0", "--bind_all")
    address = urlsplit(process.address)
    assert address.hostname == socket.gethostname().lower()
    assert len(address.query.removeprefix("token=")) == 32
    for host in ("127.0.0.1", *(["[::1]"] if socket.has_dualstack_ipv6() else [])):
        url = f"http://{host}:{address.port}/"
        assert httpx.get(f"{url}api/info", timeout=30).status_code == 401
        with httpx.Client(follow_redirects=True, timeout=30) as browser:
            assert browser.get(f"{url}?{address.query}").status_code == 200
            assert browser.get(f"{url}api/info").json()["token_required"] is True


def test_bind_all_of_a_machine_without_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "has_dualstack_ipv6", lambda: False)
    assert host_of(None, bind_all=True) == "0.0.0.0"
    with listen("0.0.0.0", 0) as listener:
        assert listener.port > 0


def test_logdir_spec_is_taken_without_its_names(kymo: Callable[..., Any], tmp_path: Path) -> None:
    process = kymo("serve", "c", "--port", "0", "--logdir_spec", "old:a,new:/tmp/b , d")
    assert info(process)["logdirs"] == [str(tmp_path / "c"), str(tmp_path / "a"), "/tmp/b", str(tmp_path / "d")]
    process.wait_for("^--logdir_spec: the names 'old' and 'new' are not used: runs are named after their directories.$")


@pytest.mark.parametrize(
    ("specs", "paths"),
    [
        (["a"], ["a"]),
        (["a,b", "c"], ["a", "b", "c"]),
        (["x:/a/b,y:~/c"], ["/a/b", "~/c"]),
        (["gs://bucket"], ["gs://bucket"]),
        (["x:gs://bucket"], ["gs://bucket"]),
        (["x:a:b"], ["a:b"]),
        ([], []),
    ],
)
def test_the_paths_of_a_logdir_spec(specs: list[str], paths: list[str]) -> None:
    assert directories_of(specs) == paths


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["runs", "--bind_all", "--host", "localhost"], "--bind_all and --host localhost contradict each other: give"),
        (["--logdir_spec", "a,,b"], "--logdir_spec names a log directory '', which is empty text: give paths, as in"),
        (["--logdir_spec", "x:gs://bucket"], "'gs://bucket' is not on this machine: mount it or copy it, and give the"),
        (["runs", "--db", "x"], "No such option: --db"),
        (["runs", "--samples_per_plugin"], "Option '--samples-per-plugin' requires an argument"),
    ],
)
def test_misuse_is_one_sentence_and_exit_code_2(kymo: Callable[..., Any], arguments: list[str], sentence: str) -> None:
    process = kymo("serve", *arguments)
    assert process.process.wait(60) == 2
    process.wait_for(f"^kymo: {re.escape(sentence)}")
    assert len([line for line in process.lines if line.startswith("kymo: ")]) == 1


def test_a_host_is_taken_as_it_is_given() -> None:
    assert [host_of(host, bind_all=False) for host in (None, "localhost", "[::1]")] == ["127.0.0.1", "localhost", "::1"]
    with pytest.raises(typer.Exit):
        host_of("localhost", bind_all=True)
