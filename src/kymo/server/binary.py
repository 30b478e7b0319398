"""Binary answers: put together within what answers may take, sent piece by piece, and then released."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
from fastapi import HTTPException, Response

from kymo.server.charts.models import ArraySpan
from kymo.server.models import Model
from kymo.server.wire import Body, pieces

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from starlette.types import Receive, Scope, Send

    from kymo.server.allowance import Allowance

BINARY = "application/octet-stream"

# An answer to a page is a hundredth of this. It is all in memory before its first byte is sent, since its beginning
# says where everything lies.
MAX_ANSWER = 64 << 20


def responses(header: type[Model]) -> dict[int | str, dict[str, Any]]:
    """What the OpenAPI document says of a route that answers in binary."""
    return {
        200: {
            "description": "A little-endian uint32, the length of the JSON header that follows (schema "
            f"{header.__name__}, padded with spaces), then the arrays that it names, each on an 8-byte boundary.",
            "content": {BINARY: {"schema": {"type": "string", "format": "binary"}}},
        }
    }


class BinaryResponse(Response):
    """A body that is sent piece by piece, as fast as the client takes it, and then released."""

    media_type = BINARY

    # The OpenAPI document takes the status from this signature.
    def __init__(self, parts: list[memoryview], release: Callable[[], None], status_code: int = 200) -> None:
        size = str(sum(map(len, parts)))
        super().__init__(status_code=status_code, headers={"cache-control": "no-store", "content-length": size})
        self._parts = parts
        self._release = release

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            for piece in pieces(self._parts):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._parts.clear()
            self._release()


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

    def response(self, header: Model) -> BinaryResponse:
        """The whole answer; from here on it is the response that gives back what was taken."""
        return BinaryResponse(self._body.encode(header), self._give_back)
