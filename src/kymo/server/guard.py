"""The middleware around the whole app: path prefix, access rules, size of bodies, security headers, failures.

Plain ASGI, so that the WebSocket goes through the same rules as every request.
"""

from __future__ import annotations

import asyncio
import html
import json
import logging
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kymo.server.access import Authority, Hosts, Token, cookie_name, shown

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
SECURITY_HEADERS = [
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
MAX_BODY = 4 << 20
# A body that comes slower than this is one that keeps a connection busy for nothing.
BODY_SECONDS = 30.0
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
# Questions that are too long for an address. Every other request that is not safe changes something.
_QUESTIONS = {("POST", f"/api/{name}") for name in ("columns", "bands", "nearest", "statistics", "tags", "sizes")}
_log = logging.getLogger("kymo.server")


class Rejection(Exception):
    """A request that is answered before it reaches a route, in JSON, or as a page to a person who opened the page."""

    def __init__(
        self, status: int, detail: str, headers: tuple[tuple[bytes, bytes], ...] = (), *, as_page: bool = False
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers
        self.as_page = as_page


class Guard:
    """Lets through to `app` what the rules allow, under `prefix`.

    What changes something needs the token. So does reading, unless `open_to_read`: whoever opens the page then is given
    the cookie that stands for the token. A browser keeps it from the pages of other sites.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Hosts,
        token: Token,
        open_to_read: bool = False,
        read_only: bool = False,
        prefix: str = "",
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._token = token
        self._open_to_read = open_to_read
        self._read_only = read_only
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        started = False
        cookie: list[tuple[bytes, bytes]] = []
        if scope.get("method") == "HEAD":
            # Answered as GET is; the server leaves the body out, since it knows of the request as it came.
            scope = {**scope, "method": "GET"}

        async def guarded_send(message: Message) -> None:
            nonlocal started
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                started = True
                message = {**message, "headers": [*message.get("headers", []), *SECURITY_HEADERS, *cookie]}
            elif message["type"] == "websocket.accept":
                started = True
            await send(message)

        try:
            headers = Headers(scope=scope)
            cookie += self._check(scope, headers)
            await self._app(scope, _bounded(receive) if scope["type"] == "http" else receive, guarded_send)
        except Rejection as refusal:
            await _refuse(refusal, scope, guarded_send)
        except Exception:
            if started:
                raise
            _log.exception("%s %s failed", scope.get("method", scope["type"]), scope["path"])
            await _refuse(Rejection(500, "kymo failed on this request: its log says why."), scope, guarded_send)

    def _check(self, scope: Scope, headers: Headers) -> list[tuple[bytes, bytes]]:
        """Raises what is to be answered instead; returns what is to be added to the answer."""
        host = self._checked_host(headers)
        self._strip_prefix(scope)
        self._check_origin(scope, headers, host)
        self._trade_token(scope, host)
        known = self._is_known(headers, host)
        if not known:
            self._check_stranger(scope)
        if self._read_only and self._changes(scope):
            raise Rejection(403, "This server is read-only: start kymo without --read-only to change anything.")
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            raise Rejection(400, f"Content-Length is {shown(length)}: send a number of bytes.")
        if int(length) > MAX_BODY:
            raise Rejection(413, f"The body has {int(length)} bytes: send at most {MAX_BODY}.")
        return [] if known or not self._is_page(scope) else [self._cookie_field(host)]

    def _checked_host(self, headers: Headers) -> Authority:
        given = headers.getlist("host")
        host = Authority.parse(given[0]) if len(given) == 1 else None
        if host is None:
            raise Rejection(400, f"Host is {shown(', '.join(given))}: send one host name, with a port if need be.")
        if not self._hosts.allow(host):
            raise Rejection(403, f"Host {shown(host.name)} is not served: start kymo with --allow-host {host.name}.")
        return host

    def _strip_prefix(self, scope: Scope) -> None:
        """Routes know nothing of the prefix: it becomes the ASGI root path."""
        path: str = scope["path"]
        if not self._prefix:
            return
        if path == self._prefix:
            query = scope["query_string"].decode("latin-1")
            target = self._prefix.rpartition("/")[2] + "/" + (f"?{query}" if query else "")
            raise Rejection(307, "The page is at the path with a slash.", ((b"location", target.encode("latin-1")),))
        if not path.startswith(self._prefix + "/"):
            raise Rejection(404, f"Nothing is at {shown(path)}: the page is at {self._prefix}/.")
        scope["root_path"] = self._prefix

    def _check_origin(self, scope: Scope, headers: Headers, host: Authority) -> None:
        if scope["type"] == "http" and scope["method"] in _SAFE_METHODS:
            return
        given = headers.getlist("origin")
        if len(given) != 1 or not self._hosts.allow_origin(given[0], host):
            value = shown(", ".join(given)) if given else "missing"
            raise Rejection(403, f"Origin is {value}: send that of the page itself, http://{headers['host']}.")

    def _path(self, scope: Scope) -> str:
        path: str = scope["path"]
        return path.removeprefix(self._prefix)

    def _changes(self, scope: Scope) -> bool:
        if scope["type"] != "http" or scope["method"] in _SAFE_METHODS:
            return False
        return (scope["method"], self._path(scope)) not in _QUESTIONS

    def _is_known(self, headers: Headers, host: Authority) -> bool:
        """Whether the token or its cookie comes with the request."""
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self._token.opens(bearer.strip()):
            return True
        return any(map(self._token.opens_cookie, _cookies(headers, cookie_name(host))))

    def _check_stranger(self, scope: Scope) -> None:
        if self._open_to_read and not self._changes(scope):
            return
        if self._open_to_read:
            detail = "Changes need the server's token: open its page, which sets a cookie, or send a Bearer token."
        else:
            detail = "The token is missing or wrong: open the address that kymo serve printed, or send a Bearer token."
        raise Rejection(401, detail, ((b"www-authenticate", b"Bearer"),), as_page=self._is_page(scope))

    def _is_page(self, scope: Scope) -> bool:
        return scope["type"] == "http" and scope["method"] == "GET" and self._path(scope) == "/"

    def _trade_token(self, scope: Scope, host: Authority) -> None:
        """Trades the token in the page's address for a cookie, so that it stays in no history and no screenshot."""
        if not self._is_page(scope):
            return
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if any(name == "token" and self._token.opens(value) for name, value in query):
            rest = urlencode([(name, value) for name, value in query if name != "token"])
            target = "./" + (f"?{rest}" if rest else "")
            fields = ((b"location", target.encode()), self._cookie_field(host), (b"cache-control", b"no-store"))
            raise Rejection(303, "The page is at the address without the token.", fields)

    def _cookie_field(self, host: Authority) -> tuple[bytes, bytes]:
        # No Path attribute: the browser takes the page's own directory, which is right behind any proxy. A token that
        # was made for one run of the server is not kept for longer than the browser runs.
        age = "" if self._open_to_read else "; Max-Age=2592000"
        cookie = f"{cookie_name(host)}={self._token.cookie}; HttpOnly; SameSite=Strict{age}"
        return (b"set-cookie", cookie.encode())


def _cookies(headers: Headers, name: str) -> Iterator[str]:
    # http.cookies gives up at the first cookie that it cannot parse, and other servers on this name set what they like.
    for line in headers.getlist("cookie"):
        for pair in line.split(";"):
            key, _, value = pair.strip().partition("=")
            if key == name:
                yield value


def _bounded(receive: Receive) -> Receive:
    """A body may be no longer and take no longer than is allowed, whatever length was declared: chunks have none."""
    seen = 0
    complete = False
    until = asyncio.get_running_loop().time() + BODY_SECONDS

    async def bounded_receive() -> Message:
        nonlocal seen, complete
        if complete:
            return await receive()
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408, f"The body took over {BODY_SECONDS:g} s: send it faster.") from None
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            complete = not message.get("more_body", False)
        if seen > MAX_BODY:
            raise HTTPException(413, f"The body has over {MAX_BODY} bytes: send at most that.")
        return message

    return bounded_receive


async def _refuse(refusal: Rejection, scope: Scope, send: Send) -> None:
    if refusal.as_page:
        kind, body = b"text/html; charset=utf-8", notice_page(refusal.detail)
    else:
        kind, body = b"application/json", json.dumps({"detail": refusal.detail}).encode()
    fields = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *refusal.headers]
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": refusal.status, "headers": fields})
        await send({"type": "http.response.body", "body": body})
    elif "websocket.http.response" in scope.get("extensions", {}):
        await send({"type": "websocket.http.response.start", "status": refusal.status, "headers": fields})
        await send({"type": "websocket.http.response.body", "body": body})
    else:
        await send({"type": "websocket.close", "code": 1008, "reason": ""})


def notice_page(text: str) -> bytes:
    """A page of one sentence, for when there is no dashboard to show."""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>kymo</title>'
        f"<h1>kymo</h1><p>{html.escape(text)}</p></html>\n"
    ).encode()
