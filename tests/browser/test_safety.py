"""What is in a log never runs in the page, and who may see the page."""

import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from card import Card
from conftest import Server
from playwright.sync_api import Page, Request, expect

from kymo import SummaryWriter

IMAGE = "<img src=x onerror=window.ran=1>"
SCRIPT = "<script>window.ran=1</script>"


def test_markup_in_texts_tags_and_run_names_is_inert(tmp_path: Path, serve: Callable[..., Server], page: Page):
    with SummaryWriter(tmp_path / IMAGE) as writer:
        text = f"before {IMAGE} {SCRIPT} [link](javascript:window.ran=1) ![remote](http://example.com/a.png) after"
        writer.add_text(f"notes {IMAGE}", text, 0)
        for step in range(3):
            writer.add_scalar(f"{SCRIPT}{IMAGE}", step, step)
            writer.add_scalar("loss", step, step, display_name=IMAGE, summary_description=SCRIPT)
    page.goto(serve(tmp_path).url)
    text = page.locator(".prose")
    expect(text).to_contain_text("before")
    expect(text).to_contain_text("after")
    expect(text.get_by_role("link")).to_have_count(0)
    Card(page, "loss").wait(points=3)
    card = Card(page, f"{SCRIPT}{IMAGE}").wait(points=3)
    card.hover(0.5)
    expect(page.get_by_role("tooltip")).to_contain_text("onerror")
    # The run's name is text in the list, in the text's card and in the tooltip.
    expect(page.locator("#runs .name")).to_have_text(IMAGE)
    # Of the remote image only its words are left, and of the others nothing.
    assert page.evaluate("[...document.images].map(image => [image.alt, image.src])") == [["remote", ""]]
    assert page.evaluate("window.ran") is None


def test_policy_of_the_page_stops_scripts_that_got_in(
    tmp_path: Path, serve: Callable[..., Server], page: Page, complaints: list[str]
):
    page.goto(serve(tmp_path).url)
    page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.ran = 1";
          document.body.append(script);
          document.body.insertAdjacentHTML("beforeend", '<i onclick="window.ran = 1" id="trap">x</i>');
          document.getElementById("trap").click();
        }"""
    )
    assert page.evaluate("window.ran") is None
    blocked = [complaint for complaint in complaints if "Content Security Policy" in complaint]
    assert len(blocked) == 2
    complaints[:] = [complaint for complaint in complaints if complaint not in blocked]


def test_token_opens_the_page_and_leaves_the_address(
    tmp_path: Path, serve: Callable[..., Server], page: Page, complaints: list[str]
):
    with SummaryWriter(tmp_path / "run") as writer:
        writer.add_scalar("loss", 1.0, 0)
        writer.flush()
        server = serve(tmp_path, "--token", "a-long-enough-token")
        address = re.sub(r"\?.*", "", server.url)
        refused = page.goto(address)
        assert refused is not None and refused.status == 401
        expect(page.get_by_text("The token is missing or wrong")).to_be_visible()

        page.goto(f"{address}?token=a-long-enough-token")
        card = Card(page, "loss").wait(points=1)
        assert "token" not in page.url
        expect(page.locator("header .state")).to_have_text("live")
        writer.add_scalar("loss", 1.0, 1)
        writer.flush()
        card.wait(points=2)
        assert page.evaluate("document.cookie") == ""
    page.reload()
    card.wait(points=2)
    # The browser asks for the icon of the refused page when it likes, and is refused that as well.
    complaints[:] = [complaint for complaint in complaints if "status of 401" not in complaint]


@pytest.mark.parametrize("prefix", ["/x", "/team/kymo"])
def test_page_lives_below_a_path_prefix(tmp_path: Path, serve: Callable[..., Server], page: Page, prefix: str):
    with SummaryWriter(tmp_path / "run") as writer:
        writer.add_scalar("loss", 1.0, 0)
        writer.flush()
        server = serve(tmp_path, "--path-prefix", prefix)
        outside: list[str] = []
        page.on("request", lambda sent: None if f"{prefix}/" in sent.url else outside.append(sent.url))
        page.goto(f"http://127.0.0.1:{server.port}{prefix}/")
        card = Card(page, "loss").wait(points=1)
        expect(page.locator("header .state")).to_have_text("live")
        writer.add_scalar("loss", 0.5, 1)
        writer.flush()
        card.wait(points=2)
    assert outside == []


# Asks as a page's own script may, and says how the server has answered; 0 where the browser kept that from it.
ASK = """async ([address, options]) => {
  try {
    return (await fetch(address, { credentials: "include", ...options })).status;
  } catch {
    return 0;
  }
}"""


def sending(method: str, **body: object) -> dict[str, object]:
    return {"method": method, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}


@contextmanager
def foreign_page() -> Iterator[int]:
    """The port of a page of somebody else's on this machine, with no policy that would hold it back."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><link rel=icon href=data:,><title>foreign</title>")

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def test_only_the_page_itself_changes_something(
    tmp_path: Path, serve: Callable[..., Server], page: Page, complaints: list[str]
):
    for name in ("run", "old"):
        with SummaryWriter(tmp_path / name) as writer:
            writer.add_scalar("loss", 1.0, 0)
    for file in (tmp_path / "old").iterdir():
        os.utime(file, (1e9, 1e9))
    server = serve(tmp_path)
    page.goto(server.url)
    Card(page, "loss").wait(points=2)
    assert page.evaluate("document.cookie") == ""
    assert page.evaluate(ASK, ["api/notes", sending("PUT", run="run", starred=True)]) == 200
    assert page.evaluate(ASK, ["api/trash", sending("POST", runs=["old"])]) == 200
    before = sorted(tmp_path.rglob("*"))
    assert not (tmp_path / "old").exists()
    # Another port is another origin of the same site, so `SameSite` holds nothing back. What must ask for leave first
    # is given none; what is sent as a form would be is refused.
    form = {"method": "POST", "mode": "no-cors", "body": '{"ids": null}', "headers": {"Content-Type": "text/plain"}}
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.url.endswith("/empty") else None)
    with foreign_page() as port:
        page.goto(f"http://127.0.0.1:{port}/")
        for name in ("127.0.0.1", "localhost"):
            address = f"http://{name}:{server.port}/api"
            assert page.evaluate(ASK, [f"{address}/notes", sending("PUT", run="run", starred=False)]) == 0
            assert page.evaluate(ASK, [f"{address}/trash/empty", form]) == 0
        assert len(sent) == 2
        page.goto(server.url)
    assert sorted(tmp_path.rglob("*")) == before
    assert json.loads((tmp_path / "run/notes.json").read_text())["starred"] is True
    complaints.clear()


def test_a_page_that_outlives_its_server_may_change_something_once_it_has_asked_for_itself(
    tmp_path: Path, serve: Callable[..., Server], page: Page, complaints: list[str]
):
    with SummaryWriter(tmp_path / "run") as writer:
        writer.add_scalar("loss", 1.0, 0)
    server = serve(tmp_path)
    page.goto(server.url)
    Card(page, "loss").wait(points=1)
    server.stop()
    server.start()
    expect(page.locator("header .state")).to_have_text("live")
    assert page.evaluate(ASK, ["api/notes", sending("PUT", run="run", starred=True)]) == 401
    assert page.evaluate(ASK, ["./", {}]) == 200
    assert page.evaluate(ASK, ["api/notes", sending("PUT", run="run", starred=True)]) == 200
    complaints.clear()
