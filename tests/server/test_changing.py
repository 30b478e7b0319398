"""Who may change something: the page alone, attacked through the whole app and over sockets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from kymo.server.access import Hosts, Token

SECRET = "a-token-of-some-length"
ORIGIN = "http://127.0.0.1:6006"
ASKED = {
    "/api/columns": {"questions": []},
    "/api/bands": {"tag": "a", "groups": []},
    "/api/nearest": {"tag": "a", "runs": [], "at": 0, "value": 0},
    "/api/statistics": {"tag": "a", "runs": []},
    "/api/sizes": {"runs": []},
    "/api/tags": {"runs": []},
}
QUESTIONS = {("POST", path) for path in ASKED}
CHANGES = [
    ("PUT", "/api/notes", {"run": "mlp", "starred": True}),
    ("POST", "/api/stop", {"run": "mlp"}),
    ("POST", "/api/control", {"run": "mlp", "verb": "pause"}),
    ("POST", "/api/trash", {"runs": ["mlp"]}),
    ("POST", "/api/trash/restore", {"ids": ["x"]}),
    ("POST", "/api/trash/empty", {"ids": None}),
]
each_change = pytest.mark.parametrize(("method", "path", "body"), CHANGES, ids=[path for _, path, _ in CHANGES])


def cookie_of(answer: httpx.Response) -> str:
    return answer.headers["set-cookie"].split(";")[0]


def test_every_route_that_is_no_question_is_among_the_changes(app_of: Any) -> None:
    paths = app_of().openapi()["paths"]
    unsafe = {(method.upper(), path) for path, methods in paths.items() for method in methods if method != "get"}
    assert unsafe == QUESTIONS | {(method, path) for method, path, _ in CHANGES}


@pytest.mark.parametrize(("path", "body"), ASKED.items())
def test_a_question_needs_no_token_on_loopback(app_of: Any, client_of: Any, path: str, body: Any) -> None:
    assert client_of(app_of()).post(path, json=body, headers={"origin": ORIGIN}).status_code == 200


@each_change
@pytest.mark.parametrize("token", [None, Token(SECRET)])
def test_the_cookie_or_the_token_may_change(
    app_of: Any, client_of: Any, tmp_path: Path, fake_logs: Any, token: Token | None, method: str, path: str, body: Any
) -> None:
    fake_logs.logdirs = [tmp_path]
    fake_logs.discover = lambda: None
    client = client_of(app_of(token=token))
    cookie = cookie_of(client.get("/" if token is None else f"/?token={SECRET}"))
    headers = {"origin": ORIGIN, "cookie": cookie}
    assert client.request(method, path, json=body, headers=headers).status_code in (200, 404)
    bearer = {"origin": ORIGIN, "authorization": f"Bearer {SECRET}"}
    status = client.request(method, path, json=body, headers=bearer).status_code
    assert status in ((401,) if token is None else (200, 404))


@each_change
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"cookie": "kymo_6006="},
        {"cookie": "kymo_6006=" + "0" * 64},
        {"cookie": "kymo_6007={cookie}"},
        {"authorization": "Bearer {cookie}"},
        {"authorization": "Bearer"},
        {"authorization": "Basic {cookie}"},
    ],
    ids=str,
)
def test_without_the_cookie_nothing_changes(
    app_of: Any, client_of: Any, headers: dict[str, str], method: str, path: str, body: Any
) -> None:
    client = client_of(app_of())
    value = cookie_of(client.get("/")).partition("=")[2]
    given = {name: text.format(cookie=value) for name, text in headers.items()}
    answer = client.request(method, path, json=body, headers={"origin": ORIGIN, **given})
    assert answer.status_code == 401
    assert answer.json()["detail"] == (
        "Changes need the server's token: open its page, which sets a cookie, or send a Bearer token."
    )
    assert "set-cookie" not in answer.headers


@each_change
@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", "http://127.0.0.1:3000", "http://localhost:6006", "file://"]
)
def test_a_page_of_another_origin_changes_nothing_though_the_browser_sends_the_cookie(
    app_of: Any, client_of: Any, origin: str | None, method: str, path: str, body: Any
) -> None:
    """Another port of the same machine is of the same site, so that `SameSite` alone would not do."""
    client = client_of(app_of()).enter()
    answer = client.request(method, path, json=body, headers={} if origin is None else {"origin": origin})
    assert answer.status_code == 403
    assert answer.json()["detail"].startswith("Origin is ")


@each_change
def test_a_rebound_name_changes_nothing(app_of: Any, client_of: Any, method: str, path: str, body: Any) -> None:
    client = client_of(app_of()).enter()
    headers = {"host": "evil.example:6006", "origin": "http://evil.example:6006"}
    assert client.request(method, path, json=body, headers=headers).status_code == 403


def test_a_rebound_name_is_given_no_cookie(app_of: Any, client_of: Any) -> None:
    answer = client_of(app_of()).get("/", headers={"host": "evil.example:6006"})
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


@each_change
@pytest.mark.parametrize("prefix", ["", "/team/kymo"])
def test_a_read_only_server_changes_nothing(
    app_of: Any, client_of: Any, prefix: str, method: str, path: str, body: Any
) -> None:
    client = client_of(app_of(token=Token(SECRET), read_only=True, prefix=prefix), authorization=f"Bearer {SECRET}")
    answer = client.request(method, prefix + path, json=body, headers={"origin": ORIGIN})
    assert answer.status_code == 403
    assert answer.json()["detail"] == "This server is read-only: start kymo without --read-only to change anything."
    assert client.get(f"{prefix}/api/info").json()["read_only"] is True
    assert client.post(f"{prefix}/api/tags", json={"runs": []}).status_code == 200


def test_a_server_that_changes_things_says_so(app_of: Any, client_of: Any) -> None:
    assert client_of(app_of()).get("/api/info").json()["read_only"] is False


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/api/runs"), ("PATCH", "/api/notes"), ("POST", "/nowhere")])
def test_what_is_no_route_needs_the_token_as_well(app_of: Any, client_of: Any, method: str, path: str) -> None:
    """A route that is added is closed until it is said to be a question."""
    client = client_of(app_of())
    assert client.request(method, path, headers={"origin": ORIGIN}).status_code == 401
    assert client.enter().request(method, path, headers={"origin": ORIGIN}).status_code in (404, 405)


class TestCookie:
    def test_opening_the_page_sets_it_once(self, app_of: Any, client_of: Any) -> None:
        client = client_of(app_of())
        answer = client.get("/")
        assert answer.status_code == 200
        assert answer.headers["set-cookie"].split("; ")[1:] == ["HttpOnly", "SameSite=Strict"]
        assert "set-cookie" not in client.enter().get("/").headers

    def test_an_unchanged_page_sets_it_as_well(self, app_of: Any, client_of: Any) -> None:
        client = client_of(app_of())
        etag = client.get("/").headers["etag"]
        answer = client.get("/", headers={"if-none-match": etag})
        assert (answer.status_code, answer.headers["set-cookie"][:10]) == (304, "kymo_6006=")

    @pytest.mark.parametrize("path", ["/api/info", "/api/runs", "/assets/index-abc.js", "/nowhere", "/?token=wrong"])
    def test_nothing_else_of_a_server_with_a_token_sets_it(self, app_of: Any, client_of: Any, path: str) -> None:
        assert "set-cookie" not in client_of(app_of(token=Token(SECRET))).get(path).headers
        if not path.startswith("/?"):
            assert "set-cookie" not in client_of(app_of()).get(path).headers

    def test_one_of_an_earlier_server_does_not_shadow_it(self, app_of: Any, client_of: Any) -> None:
        """A browser sends both where their paths differ."""
        earlier, client = client_of(app_of()), client_of(app_of(follow=False))
        cookies = [cookie_of(one.get("/")) for one in (earlier, client)]
        for order in (cookies, cookies[::-1]):
            headers = {"origin": ORIGIN, "cookie": "; ".join(order)}
            assert client.request("POST", "/nowhere", headers=headers).status_code == 405
        headers = {"origin": ORIGIN, "cookie": cookies[0]}
        assert client.request("POST", "/nowhere", headers=headers).status_code == 401

    def test_a_token_in_the_address_is_traded_though_the_cookie_is_there(self, app_of: Any, client_of: Any) -> None:
        client = client_of(app_of(token=Token(SECRET)))
        cookie = cookie_of(client.get(f"/?token={SECRET}"))
        answer = client.get(f"/?token={SECRET}", headers={"cookie": cookie})
        assert (answer.status_code, answer.headers["location"]) == (303, "./")

    def test_below_a_prefix_it_is_the_prefixs_page_that_sets_it(self, app_of: Any, client_of: Any) -> None:
        client = client_of(app_of(prefix="/x", hosts=Hosts.for_bind("127.0.0.1")))
        assert "set-cookie" in client.get("/x/").headers
        for path in ("/", "/x", "/x/x/"):
            assert "set-cookie" not in client.get(path).headers


def test_two_servers_on_a_machine_take_only_their_own(app_of: Any, served: Any) -> None:
    """A browser sends cookies to every port of a name."""
    first, second = served(app_of()), served(app_of())
    cookies = "; ".join(cookie_of(server.get("/")) for server in (first, second))
    for server, other in ((first, second), (second, first)):
        headers = {"origin": server.url, "cookie": cookies}
        url = f"{server.url}/api/trash/empty"
        assert httpx.post(url, json={"ids": None}, headers=headers).status_code == 200
        alone = {**headers, "cookie": cookie_of(other.get("/"))}
        assert httpx.post(url, json={"ids": None}, headers=alone).status_code == 401
