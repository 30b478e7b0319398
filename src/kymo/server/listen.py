"""The listening socket: bound before anything else starts, so that the address is known and stays free."""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass

DEFAULT_PORT = 6006
PORTS_TRIED = 100
_BACKLOG = 512
# A peer that has stopped taking data, with some under way, is given up by the kernel.
_STALLED_MS = 30_000


class ListenError(Exception):
    """The address cannot be listened on; the text says what to do instead."""


@dataclass(frozen=True)
class Listener:
    """A listening socket and the host that was asked for."""

    socket: socket.socket
    host: str

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    @property
    def port(self) -> int:
        port: int = self.socket.getsockname()[1]
        return port

    @property
    def authority(self) -> str:
        """The host and port to reach it by."""
        host = socket.gethostname() if self.host in ("0.0.0.0", "::") else self.host.strip("[]")
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"


def listen(host: str, port: int | None) -> Listener:
    """Listens on `port`; None is the first free one from 6006 on, 0 is one that the system chooses."""
    ports = range(DEFAULT_PORT, DEFAULT_PORT + PORTS_TRIED) if port is None else [port]
    for candidate in ports:
        try:
            return Listener(_open(host, candidate), host)
        except (OSError, UnicodeError) as error:
            if getattr(error, "errno", None) != errno.EADDRINUSE:
                reason = getattr(error, "strerror", None) or "it is no host name"
                raise ListenError(
                    f"Cannot listen on {host!r} port {candidate} ({reason}): "
                    "give --host an address of this machine and --port a number that you may use."
                ) from error
    taken = f"Ports {ports[0]} to {ports[-1]} of {host!r} are" if port is None else f"Port {port} of {host!r} is"
    raise ListenError(f"{taken} in use: give --port another number, or 0 to let the system choose.")


def _open(host: str, port: int) -> socket.socket:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    # localhost stands for both families; IPv4 is what tunnels and editors forward to.
    family, kind, protocol, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    opened = socket.socket(family, kind, protocol)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _STALLED_MS)
        if host == "::":
            # Every address of this machine, also where the system would keep IPv4 apart.
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        opened.bind(address)
        opened.listen(_BACKLOG)
        opened.setblocking(False)
    except BaseException:
        opened.close()
        raise
    return opened
