"""The rules at the door, each attacked through the whole app."""

from __future__ import annotations

import contextlib
import logging
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from kymo.server import connection, guard
from kymo.server.access import Hosts, Token
from kymo.server.guard import MAX_BODY

HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
SECRET = "a-token-of-some-length"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("HEAD", "/", 200),
        ("GET", "/assets/index-abc.js", 200),
        ("GET", "/api/info", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/nowhere", 404),
        ("POST", "/api/info", 405),
        ("POST", "/api/columns", 422),
        ("GET", "/docs", 404),
        ("GET", "/redoc", 404),
    ],
)
def test_every_answer_carries_the_security_headers(
    app_of: Any, client_of: Any, method: str, path: str, status: int
) -> None:
    client = client_of(app_of()).enter()
    answer = client.request(method, path, headers={"origin": "http://127.0.0.1:6006"})
    assert answer.status_code == status
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert "server" not in answer.headers
    if status >= 400:
        assert list(answer.json()) == ["detail"]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:9000", 200),
        ("LOCALHOST", 200),
        ("[::1]:6006", 200),
        ("evil.example", 403),
        ("evil.example:6006", 403),
        ("127.0.0.1.evil.example", 403),
        ("10.0.0.5", 403),
        ("127.0.0.1, evil.example", 400),
        ("127.0.0.1@evil.example", 400),
        ("", 400),
    ],
)
def test_a_foreign_host_is_refused(app_of: Any, client_of: Any, host: str, status: int) -> None:
    answer = client_of(app_of()).get("/api/info", headers={"host": host})
    assert answer.status_code == status
    assert status == 200 or host[:12] in answer.json()["detail"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        (b"GET /api/info HTTP/1.0\r\n\r\n", b"400"),
        (b"GET /api/info HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n", b"400"),
        (b"GET http://evil.example/api/info HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"404"),
        (b"GET /api/info HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: 127.0.0.1\r\n\r\n", b"403"),
        (b"GET /../pyproject.toml HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"404"),
        (b"GET /assets/../../secret HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"404"),
        (b"GET /%2e%2e/secret HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"404"),
        (b"GET /..%2fsecret HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"404"),
        (b"GET /%252e%252e/secret HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"404"),
        (b"GET //etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"404"),
        (b"GET /%00 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"404"),
        (b"GET /out HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"404"),
        (b"GET /outdir/secret HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"404"),
        (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"404"),
    ],
)
def test_raw_requests_that_no_client_library_would_send(
    app_of: Any, served: Any, tmp_path: Path, request_text: bytes, status: bytes
) -> None:
    (tmp_path / "secret").write_text("the secret")
    (tmp_path / "static" / "out").symlink_to(tmp_path / "secret")
    (tmp_path / "static" / "outdir").symlink_to(tmp_path)
    server = served(app_of())
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(request_text.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.split(b" ", 2)[1] == status
    assert b"the secret" not in answer
    assert b"server:" not in answer.lower()


@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", "http://127.0.0.1:3000", "http://localhost:6006"]
)
def test_a_foreign_origin_cannot_post(app_of: Any, client_of: Any, origin: str | None) -> None:
    headers = {} if origin is None else {"origin": origin}
    answer = client_of(app_of()).request("POST", "/api/columns", json={"questions": []}, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["detail"].endswith("send that of the page itself, http://127.0.0.1:6006.")


def test_the_pages_own_origin_may_post(app_of: Any, client_of: Any) -> None:
    assert client_of(app_of()).post("/api/columns", json={"questions": []}).status_code == 200


@pytest.mark.parametrize("path", ["/api/info", "/api/runs", "/openapi.json", "/assets/index-abc.js", "/nowhere"])
@pytest.mark.parametrize(
    "headers", [{}, {"authorization": "Bearer wrong"}, {"authorization": f"Basic {SECRET}"}, {"cookie": "kymo_6006=x"}]
)
def test_without_the_token_nothing_is_read(app_of: Any, client_of: Any, path: str, headers: dict[str, str]) -> None:
    answer = client_of(app_of(token=Token(SECRET))).get(path, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert SECRET not in answer.text


def test_the_token_in_a_routes_address_does_not_count(app_of: Any, client_of: Any) -> None:
    assert client_of(app_of(token=Token(SECRET))).get(f"/api/info?token={SECRET}").status_code == 401


def test_a_bearer_token_opens(app_of: Any, client_of: Any) -> None:
    client = client_of(app_of(token=Token(SECRET)), authorization=f"Bearer {SECRET}")
    assert client.get("/api/info").json()["token_required"] is True
    assert client.post("/api/columns", json={"questions": []}).status_code == 200


def test_the_pages_address_trades_the_token_for_a_cookie(app_of: Any, client_of: Any) -> None:
    client = client_of(app_of(token=Token(SECRET)))
    answer = client.get(f"/?a=%26b&token={SECRET}")
    assert (answer.status_code, answer.headers["location"]) == (303, "./?a=%26b")
    cookie = answer.headers["set-cookie"]
    assert SECRET not in cookie
    assert {"HttpOnly", "SameSite=Strict"} <= set(cookie.split("; "))
    pair = cookie.split(";")[0]
    assert client.get("/api/info", headers={"cookie": f'broken="{{; {pair}; other=1'}).status_code == 200
    assert client.get("/api/info", headers={"cookie": pair, "host": "127.0.0.1:7000"}).status_code == 401


@pytest.mark.parametrize("address", ["/", "/?token=wrong", "/?token="])
def test_the_page_without_the_token_says_what_to_do(app_of: Any, client_of: Any, address: str) -> None:
    answer = client_of(app_of(token=Token(SECRET))).get(address)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "open the address that kymo serve printed" in answer.text


def test_a_large_body_is_refused(app_of: Any, client_of: Any) -> None:
    answer = client_of(app_of()).post("/api/columns", content=b" " * (MAX_BODY + 1))
    assert answer.status_code == 413
    assert answer.json()["detail"] == f"The body has {MAX_BODY + 1} bytes: send at most {MAX_BODY}."


def test_a_large_body_of_undeclared_length_is_refused(app_of: Any, client_of: Any) -> None:
    async def endless() -> Any:
        while True:
            yield b" " * (1 << 20)

    answer = client_of(app_of()).post("/api/columns", content=endless())
    assert answer.status_code == 413
    assert answer.headers["x-content-type-options"] == "nosniff"


def ask(port: int, *parts: bytes) -> bytes:
    """Sends the parts and returns all that is answered until the server hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as raw:
        answer = b""
        with contextlib.suppress(ConnectionError):
            for part in parts:
                raw.sendall(part)
        with contextlib.suppress(ConnectionError):
            while more := raw.recv(65536):
                answer += more
    return answer


def post(port: int, *headers: str) -> bytes:
    lines = ("POST /api/columns HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Origin: http://127.0.0.1:{port}", *headers)
    return "\r\n".join((*lines, "Connection: close", "", "")).encode()


def test_chunks_behind_a_small_declared_length_are_bounded(app_of: Any, served: Any) -> None:
    server = served(app_of())
    head = post(server.port, "Content-Length: 5", "Transfer-Encoding: chunked")
    chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    answer = ask(server.port, head, *[chunk] * (MAX_BODY // 0x100000), b"1\r\n \r\n")
    assert answer.split(b" ", 2)[1] == b"413"


def test_a_body_that_does_not_come_is_not_waited_for(app_of: Any, served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.05)
    server = served(app_of())
    assert ask(server.port, post(server.port, "Content-Length: 5"), b"{").split(b" ", 2)[1] == b"408"


def test_a_request_that_never_comes_whole_is_not_waited_for(
    app_of: Any, served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.5)
    server = served(app_of())
    assert ask(server.port) == b""
    assert ask(server.port, b"GET /api/info HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ") == b""
    # One that does come whole is answered, and its connection serves the next one.
    with httpx.Client(base_url=server.url) as client:
        assert [client.get("/api/info").status_code for _ in range(3)] == [200, 200, 200]


def test_a_failing_route_tells_the_log_and_not_the_caller(
    app_of: Any, client_of: Any, fake_logs: Any, caplog: pytest.LogCaptureFixture
) -> None:
    fake_logs.discovery_warnings = [object()]
    with caplog.at_level(logging.ERROR, "kymo.server"):
        answer = client_of(app_of()).get("/api/warnings")
    assert (answer.status_code, answer.json()) == (500, {"detail": "kymo failed on this request: its log says why."})
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "GET /api/warnings failed" in caplog.text


class TestPrefix:
    @pytest.fixture
    def client(self, app_of: Callable[..., Any], client_of: Callable[..., Any]) -> Any:
        return client_of(app_of(prefix="/team/kymo/", hosts=Hosts.for_bind("127.0.0.1", ["kymo.example.com"])))

    def test_everything_is_below_it(self, client: Any) -> None:
        assert client.get("/team/kymo/api/info").status_code == 200
        assert client.get("/team/kymo/").text.startswith("<!doctype html>")
        assert client.get("/team/kymo/assets/index-abc.js").status_code == 200
        assert client.post("/team/kymo/api/columns", json={"questions": []}).status_code == 200

    def test_the_path_without_the_slash_leads_to_the_page(self, client: Any) -> None:
        answer = client.get("/team/kymo?token=x")
        assert (answer.status_code, answer.headers["location"]) == (307, "kymo/?token=x")

    @pytest.mark.parametrize("path", ["/", "/api/info", "/team", "/team/kymonaut/api/info", "/kymo/"])
    def test_nothing_is_outside_of_it(self, client: Any, path: str) -> None:
        answer = client.get(path)
        assert answer.status_code == 404
        assert "the page is at /team/kymo/" in answer.json()["detail"]

    def test_the_token_is_traded_below_it(self, app_of: Any, client_of: Any) -> None:
        answer = client_of(app_of(prefix="/x", token=Token(SECRET))).get(f"/x/?token={SECRET}")
        assert (answer.status_code, answer.headers["location"]) == (303, "./")
        assert "path" not in answer.headers["set-cookie"].lower()

    @pytest.mark.parametrize("prefix", ["x", "/x//y", "/../x", "/x?y", "/<script>", "//evil.example"])
    def test_what_is_no_path_is_refused(self, app_of: Any, prefix: str) -> None:
        with pytest.raises(ValueError, match="is no path: give one like /kymo"):
            app_of(prefix=prefix)
