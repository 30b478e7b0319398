"""Who may ask: rules on a request's Host, its Origin and its token, free of any web framework."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import secrets
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field

_AUTHORITY = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{8,256}")
_SHOWN = 80


@dataclass(frozen=True)
class Authority:
    """The host and port of a Host header or of an Origin, in one spelling."""

    name: str
    port: int | None

    @classmethod
    def parse(cls, text: str) -> Authority | None:
        """Returns None for what is not a name, an IPv4 address or a bracketed IPv6 address, with an optional port."""
        match = _AUTHORITY.fullmatch(text)
        if match is None:
            return None
        name = match["name"].lower().removesuffix(".")
        if name.startswith("["):
            try:
                name = str(ipaddress.IPv6Address(name[1:-1]))
            except ValueError:
                return None
        port = int(match["port"]) if match["port"] else None
        return cls(name, port) if name and (port is None or port < 65536) else None

    @property
    def address(self) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
        try:
            return ipaddress.ip_address(self.name)
        except ValueError:
            return None


def is_loopback(host: str) -> bool:
    """Whether every address that `host` stands for is reached from this machine alone."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return bool(found) and all(ipaddress.ip_address(str(entry[4][0]).split("%")[0]).is_loopback for entry in found)


@dataclass(frozen=True)
class Hosts:
    """The Host names that are answered. A page of another name that resolves to this machine (DNS rebinding) is not.

    Ports are not compared: a tunnel or a proxy may listen on another one.
    """

    names: frozenset[str]
    added: frozenset[Authority] = frozenset()
    # A literal address cannot be rebound, so any of them will do where the bind is open to the network.
    any_address: bool = False

    @classmethod
    def for_bind(cls, host: str, added: Iterable[str] = ()) -> Hosts:
        """The names that a server bound to `host` is reached by, and those that the user added."""
        names = {"localhost", host.lower().strip("[]")}
        loopback = is_loopback(host)
        if not loopback:
            names |= {socket.gethostname().lower(), socket.getfqdn().lower()}
        return cls(frozenset(names), frozenset(_added(text) for text in added), any_address=not loopback)

    def allow(self, authority: Authority) -> bool:
        address = authority.address
        if address is not None and (self.any_address or address.is_loopback):
            return True
        return authority.name in self.names or any(
            authority.name == entry.name and entry.port in (None, authority.port) for entry in self.added
        )

    def allow_origin(self, origin: str, host: Authority) -> bool:
        """Whether a page at `origin` is this server's own page: the Host that was asked, or a name that was added."""
        scheme, separator, rest = origin.partition("://")
        asking = Authority.parse(rest) if separator and scheme in ("http", "https") else None
        if asking is None:
            return False
        default = 443 if scheme == "https" else 80
        port = asking.port or default
        # Behind a proxy that ends TLS the Host may lack the port that the browser's scheme implies.
        if asking.name == host.name and port == (host.port or default):
            return True
        return any(asking.name == entry.name and port == (entry.port or default) for entry in self.added)


def _added(text: str) -> Authority:
    authority = Authority.parse(text)
    if authority is None:
        raise ValueError(f"{text!r} is not a host name: give a name like kymo.example.com, with a port if need be.")
    return authority


@dataclass(frozen=True)
class Token:
    """The secret that opens a server, and the cookie that stands for it."""

    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _TOKEN.fullmatch(self.secret):
            raise ValueError(
                f"The token has {len(self.secret)} characters or some that a URL cannot carry: "
                "use 8 to 256 letters, digits, '-', '.', '_' or '~', or leave it out to have one made."
            )

    @classmethod
    def generate(cls) -> Token:
        return cls(secrets.token_urlsafe(24))

    @property
    def cookie(self) -> str:
        """What the browser keeps. Other ports of the same name see it too, so it does not show the token."""
        return hmac.new(self.secret.encode(), b"kymo page cookie", hashlib.sha256).hexdigest()

    def opens(self, given: str) -> bool:
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self.secret.encode())

    def opens_cookie(self, given: str) -> bool:
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self.cookie.encode())


def cookie_name(host: Authority) -> str:
    """Cookies are shared by all ports of a name: the port keeps two servers on one machine apart."""
    return f"kymo_{host.port or 0}"


def shown(text: str) -> str:
    """A caller's value as an error message quotes it: short, and with nothing that a terminal would obey."""
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")
