"""Puts the server together."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.websockets import WebSocket

from kymo.server import runs, tags, texts
from kymo.server.access import Hosts, Token, shown
from kymo.server.charts import bands, columns, export, nearest, statistics
from kymo.server.charts.models import BandsHeader, ColumnsHeader, ColumnsRefusal
from kymo.server.edits import notes, trash
from kymo.server.front import findings, front, requests
from kymo.server.guard import Guard
from kymo.server.live import Hub
from kymo.server.models import Changed, Hello, Problem
from kymo.server.network import histograms, network
from kymo.server.network.models import HistogramsHeader
from kymo.server.page import BUNDLED, Page
from kymo.server.site import Site

if TYPE_CHECKING:
    from kymo.store import Logs

_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)*")


def create_app(
    logs: Logs,
    *,
    hosts: Hosts | None = None,
    token: Token | None = None,
    prefix: str = "",
    static_dir: Path = BUNDLED,
    title: str = "kymo",
    version: str = "",
    follow: bool = True,
    read_only: bool = False,
) -> FastAPI:
    """The app that serves `logs`.

    Without `token` whoever reaches it may read; what changes something needs the cookie that its page is given.
    With `follow` the app reads the logs itself, in the background, from start-up to shutdown; without, whoever made it
    refreshes them.
    """
    site = Site(
        logs=logs, hub=Hub(), version=version, title=title, token_required=token is not None, read_only=read_only
    )
    if follow:
        # watchfiles is needed only by a server that follows, not by one that prints its OpenAPI document.
        from kymo.store.watch import Watcher

        site.watcher = Watcher(logs, site.publish)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        site.hub.open()
        if site.watcher is not None:
            site.watcher.start()
        try:
            yield
        finally:
            site.hub.close()
            site.workers.shutdown(wait=False, cancel_futures=True)
            if site.watcher is not None:
                await asyncio.to_thread(site.watcher.stop)

    app = FastAPI(
        title="kymo",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        root_path_in_servers=False,
        responses={"4XX": {"model": Problem, "description": "Refused, with the reason in one sentence."}},
        generate_unique_id_function=_operation_id,
        separate_input_output_schemas=False,
    )
    app.state.site = site
    lists, edits = (runs, tags, texts, front, findings), (notes, trash, requests)
    for module in (*lists, columns, bands, nearest, statistics, export, histograms, network, *edits):
        app.include_router(module.router)

    @app.websocket("/api/live")
    async def live(socket: WebSocket) -> None:
        await site.hub.serve(socket, site.hello)

    app.mount("/", Page(static_dir))
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)
    app.add_middleware(
        Guard,
        hosts=hosts if hosts is not None else Hosts.for_bind("localhost"),
        token=token if token is not None else Token.generate(),
        open_to_read=token is None,
        read_only=read_only,
        prefix=checked_prefix(prefix),
    )
    _describe(app)
    return app


def checked_prefix(prefix: str) -> str:
    """The path prefix without its last slash.

    >>> checked_prefix("/kymo/"), checked_prefix("/")
    ('/kymo', '')
    """
    bare = prefix.rstrip("/")
    if not _PREFIX.fullmatch(bare) or any(set(part) == {"."} for part in bare.split("/")):
        raise ValueError(f"The path prefix {prefix!r} is no path: give one like /kymo.")
    return bare


def _operation_id(route: APIRoute) -> str:
    return route.name


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return JSONResponse({"detail": _sentence(error.errors()[0])}, 422)


def _sentence(error: Any) -> str:
    """The first thing wrong with a request, for a person."""
    where = ".".join(str(part) for part in error["loc"][1:]) or "The body"
    if error["type"] == "missing":
        return f"{where} is missing: see openapi.json for what to send."
    if error["type"] == "json_invalid":
        return "The body is not JSON: see openapi.json for what to send."
    if isinstance(error["input"], bytes):
        return "The body is not declared as JSON: send the header Content-Type: application/json."
    given = repr(error["input"])
    given = given if len(given) <= 80 else given[:80] + "…"
    return f"{where} is {given}: {error['msg'][0].lower()}{error['msg'][1:]}."


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    detail = error.detail
    if detail == HTTPStatus(error.status_code).phrase:
        # The framework's own word for it, which says neither what was asked nor what to do.
        path = shown(request.scope["path"])
        what = f"{path} does not take {request.method}" if error.status_code == 405 else f"Nothing is at {path}"
        detail = f"{what}: see openapi.json for what there is."
    return JSONResponse({"detail": detail}, error.status_code, headers=error.headers)


def _describe(app: FastAPI) -> None:
    """Adds to the OpenAPI document what no JSON route answers: the binary header and the live messages."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        schemas = document["components"]["schemas"]
        for model in (ColumnsHeader, ColumnsRefusal, BandsHeader, HistogramsHeader, Changed, Hello):
            schema = model.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
            schemas.update(schema.pop("$defs", {}))
            schemas[model.__name__] = schema
        return document

    app.openapi = openapi  # type: ignore[method-assign] # the documented way to extend the document
