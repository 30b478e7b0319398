"""Binary answers: put together within what answers may take, sent piece by piece, and then released."""

from __future__ import annotations

import asyncio
import struct
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
from fastapi import HTTPException, Response
from fastapi.concurrency import run_in_threadpool

from kymo.server.charts.models import ArraySpan
from kymo.server.models import Model
from kymo.server.wire import Body, pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray
    from starlette.types import Receive, Scope, Send

    from kymo.server.allowance import Allowance

BINARY = "application/octet-stream"

# An answer to a page is a hundredth of this. It is all in memory before its first byte is sent, since its beginning
# says where everything lies.
MAX_ANSWER = 64 << 20


def responses(header: type[Model], before: str = "") -> dict[int | str, dict[str, Any]]:
    """What the OpenAPI document says of a route that answers in binary; `before`: what comes before an answer."""
    return {
        200: {
            "description": f"{before}A little-endian uint32, the length of the JSON header that follows (schema "
            f"{header.__name__}, padded with spaces), then the arrays that it names, each on an 8-byte boundary.",
            "content": {BINARY: {"schema": {"type": "string", "format": "binary"}}},
        }
    }


class Finished:
    """An answer that is ready to be sent, piece by piece, as fast as the client takes it; released when left.

    Attributes:
        size: Its bytes.
    """

    def __init__(self, parts: list[memoryview], release: Callable[[], None]) -> None:
        self._parts = parts
        self._release = release
        self.size = sum(map(len, parts))

    def __enter__(self) -> Finished:
        return self

    def __exit__(self, *_: object) -> None:
        self._parts.clear()
        self._release()

    async def send(self, send: Send, label: bytes = b"") -> None:
        """`label`: what is sent before it."""
        for piece in pieces([memoryview(label), *self._parts]):
            await send({"type": "http.response.body", "body": piece, "more_body": True})


class BinaryResponse(Response):
    """One answer."""

    media_type = BINARY

    # The OpenAPI document takes the status from this signature.
    def __init__(self, answer: Finished, status_code: int = 200) -> None:
        headers = {"cache-control": "no-store", "content-length": str(answer.size)}
        super().__init__(status_code=status_code, headers=headers)
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        with self._answer:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await self._answer.send(send)
        await send({"type": "http.response.body", "body": b""})


class BinaryParts(Response):
    """Answers to many questions, each labelled with its question's place: one is made once the last was taken."""

    media_type = BINARY

    def __init__(self, makers: Iterable[tuple[int, Callable[[], Finished]]], status_code: int = 200) -> None:
        super().__init__(status_code=status_code, headers={"cache-control": "no-store"})
        # It is known at the end only.
        del self.headers["content-length"]
        self._makers = makers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        leaving = asyncio.ensure_future(_leaving(receive))
        try:
            for place, make in self._makers:
                if leaving.done():
                    return
                with await run_in_threadpool(make) as answer:
                    await answer.send(send, struct.pack("<II", place, answer.size))
        finally:
            leaving.cancel()
        await send({"type": "http.response.body", "body": b""})


async def _leaving(receive: Receive) -> None:
    """Until the client has gone: nothing need be made for it then."""
    while (await receive())["type"] != "http.disconnect":
        pass


class BinaryAnswer:
    """Arrays on their way to a response.

    What they take of the allowance is given back once they are sent, or when the context is left by an exception.
    """

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._body = Body()
        self._taken = 0

    def __enter__(self) -> BinaryAnswer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._give_back()

    def _give_back(self) -> None:
        self._allowance.give_back(self._taken)

    def add(self, arrays: dict[str, NDArray[np.generic]]) -> dict[str, ArraySpan]:
        """Takes arrays in and says where they will lie."""
        return self._body.add(arrays)

    def settle(self, what: str, remedy: str) -> None:
        """Refuses to go on where what was added so far is too much; to be called after every lot of arrays."""
        size = self._body.size
        if size > MAX_ANSWER:
            raise HTTPException(
                413, f"{what} have {size >> 20} MiB, and an answer may have {MAX_ANSWER >> 20}: ask for {remedy}."
            )
        if not self._allowance.take(size - self._taken, held=self._taken):
            raise HTTPException(
                503,
                "Too many large answers are being sent at once: ask again in some seconds, or for fewer runs.",
                headers={"retry-after": "2"},
            )
        self._taken = size

    def finish(self, header: Model) -> Finished:
        """The whole answer; from here on it is the one that gives back what was taken."""
        return Finished(self._body.encode(header), self._give_back)
