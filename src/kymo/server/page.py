"""The dashboard's built files, or a word on how to build them."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

from kymo.server.guard import notice_page

BUNDLED = Path(__file__).parent / "static"
HOW_TO_BUILD = "The dashboard's page is not built: run `make page` in the source tree. The API is served all the same."


def is_built(directory: Path) -> bool:
    return (directory / "index.html").is_file()


class Page(StaticFiles):
    """Serves the bundle; no path and no symbolic link leads out of its directory."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory, html=False, check_dir=False)
        self._root = directory

    async def check_config(self) -> None:
        """The bundle may be built, or built anew, while the server runs."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path == ".":
            if not is_built(self._root):
                return Response(
                    notice_page(HOW_TO_BUILD), media_type="text/html", headers={"cache-control": "no-cache"}
                )
            path = "index.html"
        response = await super().get_response(path, scope)
        if response.status_code == 200 or isinstance(response, NotModifiedResponse):
            # The bundler puts a hash of the content into the name of every file under assets/.
            hashed = path.startswith("assets/")
            response.headers["cache-control"] = "private, max-age=31536000, immutable" if hashed else "no-cache"
        return response
