"""The rules on hosts, origins and tokens, attacked one by one."""

from __future__ import annotations

import pytest

from kymo.server.access import Authority, Hosts, Token, is_loopback


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("localhost", Authority("localhost", None)),
        ("LocalHost:6006", Authority("localhost", 6006)),
        ("localhost.", Authority("localhost", None)),
        ("[::1]:80", Authority("::1", 80)),
        ("[0:0:0:0:0:0:0:1]", Authority("::1", None)),
        ("127.0.0.1:65536", None),
        ("localhost:", None),
        ("localhost:80:80", None),
        ("user@localhost", None),
        ("localhost/path", None),
        ("local host", None),
        ("[::1", None),
        ("[1.2.3]", None),
        ("::1", None),
        (".", None),
        ("", None),
        ("lоcalhost", None),  # noqa: RUF001 - the second letter is Cyrillic
    ],
)
def test_an_authority_is_parsed_strictly(text: str, expected: Authority | None) -> None:
    assert Authority.parse(text) == expected


def allowed(hosts: Hosts, text: str) -> bool:
    authority = Authority.parse(text)
    assert authority is not None
    return hosts.allow(authority)


def test_a_loopback_server_answers_to_loopback_names_alone() -> None:
    hosts = Hosts.for_bind("127.0.0.1")
    for name in ("localhost", "LOCALHOST:9000", "127.0.0.1:6006", "127.1.2.3", "[::1]:6006"):
        assert allowed(hosts, name), name
    for name in (
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "10.0.0.5",
        "0.0.0.0",
        "[fe80::1]",
    ):
        assert not allowed(hosts, name), name


def test_an_open_server_answers_to_addresses_and_to_added_names() -> None:
    hosts = Hosts.for_bind("0.0.0.0", ["kymo.example.com", "other.example:8443"])
    for name in ("10.0.0.5:6006", "[fe80::1]", "KYMO.example.com", "kymo.example.com:80", "other.example:8443"):
        assert allowed(hosts, name), name
    for name in ("evil.example", "kymo.example.com.evil.example", "other.example", "other.example:80"):
        assert not allowed(hosts, name), name


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'http://x/' is not a host name: give a name like"):
        Hosts.for_bind("127.0.0.1", ["http://x/"])


def test_only_the_pages_own_origin_matches() -> None:
    hosts = Hosts.for_bind("127.0.0.1", ["kymo.example.com"])
    host = Authority("127.0.0.1", 6006)
    for origin in ("http://127.0.0.1:6006", "https://kymo.example.com", "http://KYMO.example.com"):
        assert hosts.allow_origin(origin, host), origin
    for origin in (
        "null",
        "",
        "http://localhost:6006",
        "http://127.0.0.1:3000",
        "http://127.0.0.1",
        "http://evil.example",
        "http://127.0.0.1:6006.evil.example",
        "http://evil.example@127.0.0.1:6006",
        "https://kymo.example.com:8443",
        "file://127.0.0.1:6006",
        "http://127.0.0.1:6006/",
    ):
        assert not hosts.allow_origin(origin, host), origin


def test_an_origin_with_the_schemes_own_port_matches_a_host_without() -> None:
    hosts = Hosts.for_bind("0.0.0.0")
    assert hosts.allow_origin("http://10.0.0.5", Authority("10.0.0.5", None))
    assert hosts.allow_origin("https://10.0.0.5", Authority("10.0.0.5", None))
    assert not hosts.allow_origin("http://10.0.0.5:3000", Authority("10.0.0.5", None))


def test_which_binds_are_loopback() -> None:
    assert [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "::", "10.0.0.5")] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]


def test_a_token_opens_only_to_itself() -> None:
    token = Token.generate()
    assert token.opens(token.secret)
    assert token.opens_cookie(token.cookie)
    for wrong in ("", token.secret[:-1], token.secret + "x", token.secret.swapcase(), token.cookie, "ä\udcff"):
        assert not token.opens(wrong)
    assert not token.opens_cookie(token.secret)
    assert Token.generate().secret != token.secret


def test_a_token_is_not_shown() -> None:
    assert "longsecret" not in repr(Token("longsecret"))


@pytest.mark.parametrize("secret", ["", "short", "with space", "with&amp", "a" * 257, "newline\nnewline"])
def test_a_token_that_a_url_cannot_carry_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="use 8 to 256 letters"):
        Token(secret)
