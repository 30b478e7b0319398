"""Which port is taken, and what is said when none can be."""

from __future__ import annotations

import socket
from contextlib import ExitStack

import pytest

from kymo.server import listen as module
from kymo.server.listen import ListenError, listen


def test_the_system_chooses_a_port() -> None:
    with listen("127.0.0.1", 0) as first, listen("localhost", 0) as second:
        assert first.port != second.port
        assert first.authority == f"127.0.0.1:{first.port}"
        assert second.authority == f"localhost:{second.port}"
        socket.create_connection(("127.0.0.1", second.port), timeout=5).close()


def test_the_next_free_port_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with listen("127.0.0.1", 0) as first:
        monkeypatch.setattr(module, "DEFAULT_PORT", first.port)
        with listen("127.0.0.1", None) as second:
            assert first.port < second.port < first.port + 100


def test_a_port_in_use_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as stack:
        taken = stack.enter_context(listen("127.0.0.1", 0)).port
        with pytest.raises(ListenError, match=f"^Port {taken} of '127.0.0.1' is in use: give --port another number"):
            listen("127.0.0.1", taken)
        monkeypatch.setattr(module, "DEFAULT_PORT", taken)
        monkeypatch.setattr(module, "PORTS_TRIED", 1)
        with pytest.raises(ListenError, match=f"^Ports {taken} to {taken} of '127.0.0.1' are in use"):
            listen("127.0.0.1", None)


@pytest.mark.parametrize("host", ["192.0.2.1", "", "a" * 300])
def test_an_address_of_another_machine_is_named(host: str) -> None:
    with pytest.raises(ListenError, match=r"Cannot listen on .*: give --host an address of this machine"):
        listen(host, 0)
