"""The dashboard's files: what is kept by the browser, and what is shown where there are none."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def test_the_page_is_asked_for_again_and_its_assets_are_not(app_of: Any, client_of: Any) -> None:
    client = client_of(app_of())
    page = client.get("/")
    assert (page.headers["content-type"], page.headers["cache-control"]) == ("text/html; charset=utf-8", "no-cache")
    asset = client.get("/assets/index-abc.js")
    assert asset.headers["content-type"].startswith("text/javascript")
    assert asset.headers["cache-control"] == "private, max-age=31536000, immutable"
    again = client.get("/", headers={"if-none-match": page.headers["etag"]})
    assert (again.status_code, again.headers["cache-control"]) == (304, "no-cache")


def test_a_missing_page_says_how_to_build_it(app_of: Any, client_of: Any, tmp_path: Path) -> None:
    client = client_of(app_of(static_dir=tmp_path / "nowhere"))
    page = client.get("/")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "run `make page`" in page.text
    assert client.get("/assets/index-abc.js").status_code == 404
    assert client.get("/api/info").status_code == 200


def test_a_page_that_is_built_later_is_served(app_of: Any, client_of: Any, tmp_path: Path) -> None:
    directory = tmp_path / "later"
    client = client_of(app_of(static_dir=directory))
    assert "make page" in client.get("/").text
    directory.mkdir()
    (directory / "index.html").write_text("<!doctype html>built")
    assert client.get("/").text == "<!doctype html>built"
