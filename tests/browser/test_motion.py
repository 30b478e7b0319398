"""A chart of many long runs that moves: there is always something to see, and what comes to rest is exact."""

from collections.abc import Callable, Iterator

import pytest
from card import Card
from column_answer import Question, answer_to, questions_of
from conftest import Server
from playwright.sync_api import BrowserContext, Page, Route

from kymo import SummaryWriter

RUNS = 6
POINTS = 20_000
LOW, HIGH = 8000, 12_000
HASH = f"#wide=loss&zoom={LOW},{HIGH}:loss"

# In each frame: how many of twenty narrow strips across the plot show nothing but the ground and the grid.
WATCH_STRIPS = """card => {
  window.bareStrips = [];
  const look = () => {
    const canvas = card.querySelector(".u-wrap > canvas");
    const place = card.querySelector(".u-over").getBoundingClientRect();
    const left = place.left - canvas.getBoundingClientRect().left;
    let bare = 0;
    for (let strip = 0; strip < 20; strip++) {
      const x = Math.round((left + place.width * (strip + 0.5) / 20) * canvas.width / canvas.clientWidth);
      const { data } = canvas.getContext("2d").getImageData(x, 0, 3, canvas.height);
      let inked = false;
      for (let i = 0; i < data.length; i += 4) {
        const colour = [data[i], data[i + 1], data[i + 2]];
        inked ||= data[i + 3] > 0 && Math.max(...colour) - Math.min(...colour) > 40;
      }
      if (!inked) bare++;
    }
    bareStrips.push(bare);
    if (window.bareStrips.length < 10_000) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""

# Whether a picture is the chart's, but for what rounds otherwise where lines were drawn before they were put in place.
LOOKS_LIKE = """async still => {
  const image = new Image();
  image.src = still;
  await image.decode();
  const canvas = document.querySelector(".u-wrap > canvas");
  const other = new OffscreenCanvas(image.width, image.height).getContext("2d");
  other.drawImage(image, 0, 0);
  const [one, two] = [canvas.getContext("2d"), other].map(
    each => each.getImageData(0, 0, image.width, image.height).data
  );
  return canvas.width === image.width && one.every((value, i) => Math.abs(value - two[i]) <= 3);
}"""


@pytest.fixture(scope="module")
def long_runs(tmp_path_factory: pytest.TempPathFactory, serve_module: Callable[..., Server]) -> str:
    log_dir = tmp_path_factory.mktemp("long")
    for run in range(RUNS):
        with SummaryWriter(log_dir / f"run-{run}") as writer:
            for step in range(POINTS):
                writer.add_scalar("loss", run + (step * 7919) % 1000 / 4000, step)
    return serve_module(log_dir).url


@pytest.fixture
def chart(page: Page, long_runs: str) -> Iterator[Card]:
    """Zoomed in, after all of it was seen."""
    page.goto(long_runs + "#wide=loss")
    Card(page, "loss").wait(points=RUNS * POINTS)
    with page.expect_response("**/api/columns"):
        page.goto(long_runs + HASH)
    yield Card(page, "loss").wait(points=RUNS * POINTS)


def drag_view(card: Card, by: float, steps: int = 30) -> None:
    """Moves the view by so many of its widths, and lets it go."""
    mouse, keyboard = card.page.mouse, card.page.keyboard
    mouse.move(*card.place(0.5 + by / 2, 0.5))
    keyboard.down("Shift")
    mouse.down()
    for step in range(1, steps + 1):
        mouse.move(*card.place(0.5 + by / 2 - by * step / steps, 0.5))
    mouse.up()
    keyboard.up("Shift")


def moved(question: Question) -> bool:
    return question["range"] is not None and question["range"][0] > LOW + 10


def test_a_drag_is_one_step_of_the_history(chart: Card):
    page = chart.page
    before = page.evaluate("history.length")
    drag_view(chart, 0.6)
    page.wait_for_function(
        "low => Math.abs(Number(/zoom=(\\d+)/.exec(location.hash)?.[1]) - low) < 50", arg=LOW + 0.6 * (HIGH - LOW)
    )
    assert page.evaluate("history.length") == before + 1
    answer_to(page, "loss", page.go_back, lambda asked: asked["range"] == [LOW, HIGH])


def test_what_moves_is_asked_for_with_room_around_it_and_what_rests_exactly(chart: Card):
    page = chart.page
    asked: list[Question] = []
    page.on("request", lambda sent: asked.extend(questions_of(sent)))
    answer = answer_to(page, "loss", lambda: drag_view(chart, 0.6), lambda asked: moved(asked) and width(asked) < 4100)
    assert width(answer.question) == pytest.approx(HIGH - LOW, rel=1e-3)
    assert any(width(question) == pytest.approx(2 * (HIGH - LOW), rel=1e-3) for question in asked)


def width(question: Question) -> float:
    return question["range"][1] - question["range"][0]


@pytest.mark.parametrize("by", [0.9, -0.9])
def test_nothing_is_bare_while_the_view_moves_and_no_answer_comes(chart: Card, by: float):
    page = chart.page
    held: list[Route] = []
    page.route("**/api/columns", lambda route: held.append(route))
    chart.root.evaluate(WATCH_STRIPS)
    drag_view(chart, by)
    page.wait_for_function("frames => bareStrips.length > frames", arg=page.evaluate("bareStrips.length") + 20)
    chart.over.dblclick()
    page.wait_for_function("frames => bareStrips.length > frames", arg=page.evaluate("bareStrips.length") + 20)
    assert held
    assert max(page.evaluate("bareStrips")) == 0
    page.unroute("**/api/columns")


def test_what_came_to_rest_is_drawn_as_if_it_had_never_moved(
    chart: Card, context: BrowserContext, new_page: Callable[[BrowserContext], Page]
):
    page = chart.page
    answer_to(page, "loss", lambda: drag_view(chart, 0.4), lambda asked: moved(asked) and width(asked) < 4100)
    page.wait_for_function("() => !location.hash.includes('zoom=8000')")
    other = new_page(context)
    other.goto(page.url)
    still = Card(other, "loss").wait(points=RUNS * POINTS).picture()
    page.wait_for_function(LOOKS_LIKE, arg=still)
