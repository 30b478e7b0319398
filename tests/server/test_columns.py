"""The binary columns over real event files."""

from __future__ import annotations

from typing import Any

import pytest
from binary_answer import Decoded, decode_content, parts

from kymo.server import binary
from kymo.server.allowance import Allowance
from kymo.server.charts import columns


def ask(client: Any, **body: Any) -> Decoded:
    ((_, content),) = parts(client.post("/api/columns", json={"questions": [question(**body)]}))
    return decode_content(content, "series")


def question(**body: Any) -> dict[str, Any]:
    return {"tag": "loss", "runs": ["mlp"], **body}


def refusal(client: Any, **body: Any) -> tuple[int, str]:
    header, _ = ask(client, **body)
    assert set(header) == {"status", "detail"}
    return header["status"], header["detail"]


def test_every_point_is_there_when_the_pixels_allow(log_dir: Any, opened: Any) -> None:
    log_dir.write("mlp", {"loss": [(1, 10.0, 0.5), (3, 11.5, float("nan")), (4, 12.0, 0.25)]})
    header, (arrays,) = ask(opened())
    series = header["series"][0]
    assert (header["tag"], header["x"], series["run"], series["status"]) == ("loss", "step", "mlp", "ok")
    assert (series["points"], series["in_view"], series["downsampled"]) == (3, 3, False)
    assert set(arrays) == {"x", "value", "wall_time", "mark_x", "mark_kind"}
    assert (arrays["x"].tolist(), arrays["value"].tolist()) == ([1.0, 4.0], [0.5, 0.25])
    assert arrays["wall_time"].tolist() == [10.0, 12.0]
    assert (arrays["mark_x"].tolist(), arrays["mark_kind"].tolist()) == ([3.0], [0])


def test_x_is_what_was_asked_for(log_dir: Any, opened: Any) -> None:
    log_dir.write(
        "mlp",
        {"loss": [(0, 10.0, 1.0), (5, 12.0, 0.5), (10, 14.0, 0.25)], "epoch": [(0, 10.0, 0.0), (10, 14.0, 2.0)]},
    )
    client = opened()
    expected = {
        "step": [0.0, 5.0, 10.0],
        "wall": [10.0, 12.0, 14.0],
        "relative": [0.0, 2.0, 4.0],
        "epoch": [0.0, 1.0, 2.0],
    }
    for x, positions in expected.items():
        _, (arrays,) = ask(client, x=x)
        assert arrays["x"].tolist() == positions
        assert ("step" in arrays, "wall_time" in arrays) == (x != "step", x != "wall")
        if x != "step":
            assert arrays["step"].tolist() == [0.0, 5.0, 10.0]


def test_x_is_any_other_series_of_the_run(log_dir: Any, opened: Any) -> None:
    samples = [(0, 10.0, 0.0), (5, 12.0, 640.0), (10, 14.0, 6400.0)]
    log_dir.write("mlp", {"loss": [(step, 10.0 + step, 1.0) for step in (0, 5, 9, 10, 12)], "samples": samples})
    log_dir.write("cnn", {"loss": [(1, 1.0, 1.0)]})
    header, (mlp, cnn) = ask(opened(), runs=["mlp", "cnn"], x="series", x_tag="samples")
    assert (header["x"], [share["status"] for share in header["series"]]) == ("series", ["ok", "no_x_tag"])
    assert cnn == {}
    # Linear between the points of the other series, and on behind its last.
    assert mlp["x"].tolist() == [0.0, 640.0, 640 + 5760 * 4 / 5, 6400.0, 6400 + 5760 * 2 / 5]
    assert mlp["step"].tolist() == [0.0, 5.0, 9.0, 10.0, 12.0]


def test_a_restart_is_placed_as_the_points_are(log_dir: Any, opened: Any) -> None:
    log_dir.write("mlp", {"loss": [(step, 100.0 + step, 1.0) for step in range(10)]}, start=0)
    points = {
        "loss": [(step, 200.0 + step, 2.0) for step in range(6, 12)],
        "samples": [(2, 200.0, 64.0), (4, 201.0, 128.0)],
    }
    log_dir.write("mlp", points, start=6)
    header, (arrays,) = ask(opened(), x="series", x_tag="samples")
    assert header["series"][0]["restarts"] == [192.0]
    assert arrays["x"].tolist() == [32.0 * step for step in range(12)]


def test_a_logarithmic_axis_shows_what_it_has_a_place_for(log_dir: Any, opened: Any) -> None:
    log_dir.write("mlp", {"loss": [(step, 10.0 + step, float(step % 7)) for step in range(-2, 5000)]}, start=0)
    log_dir.write("mlp", {"loss": [(0, 9000.0, 0.0)]}, start=0)
    client = opened()
    header, (arrays,) = ask(client, pixels=10, log_x=True, superseded=True)
    series = header["series"][0]
    assert (series["not_positive"], series["in_view"], series["restarts"]) == (4, 4999, [])
    assert arrays["x"][0] == 1.0
    # Every pixel spans as large a factor as any other: the first ones hold a few points each, the last some thousands.
    assert {1, 2, 3, 5} <= set(arrays["x"].tolist())
    header, _ = ask(client, log_x=True, range=[-1, 10], superseded=True)
    assert header["series"][0]["not_positive"] == 3
    header, (arrays,) = ask(client, log_x=True, range=[-2, 0], superseded=True)
    assert (header["series"][0]["in_view"], arrays["x"].tolist()) == (0, [1.0])


def test_a_range_and_a_width_are_kept_to(log_dir: Any, opened: Any) -> None:
    log_dir.write("mlp", {"loss": [(step, 10.0 + step, float(step % 7)) for step in range(5000)]})
    client = opened()
    header, (arrays,) = ask(client, pixels=10)
    assert header["series"][0]["downsampled"] is True
    assert len(arrays["x"]) <= 4 * 10 + 2
    assert (arrays["value"].min(), arrays["value"].max()) == (0.0, 6.0)
    header, (arrays,) = ask(client, range=[100, 102])
    assert header["series"][0]["in_view"] == 3
    assert arrays["x"].tolist() == [99.0, 100.0, 101.0, 102.0, 103.0]
    header, _ = ask(client, range=[None, 9])
    assert header["series"][0]["in_view"] == 10


def test_smoothing_comes_beside_the_values(log_dir: Any, opened: Any) -> None:
    log_dir.write("mlp", {"loss": [(step, 10.0 + step, float(step % 2)) for step in range(100)]})
    client = opened()
    amounts = {"exponential": 0.9, "time_exponential": 10, "running_mean": 10, "gaussian": 5}
    for kind, amount in amounts.items():
        _, (arrays,) = ask(client, smoothing={"kind": kind, "amount": amount})
        assert len(arrays["smoothed"]) == len(arrays["value"]) == 100
        assert abs(arrays["smoothed"][50] - 0.5) < 0.2
    _, (arrays,) = ask(client)
    assert "smoothed" not in arrays


def test_what_is_not_there_is_a_status(log_dir: Any, opened: Any) -> None:
    log_dir.write("mlp", {"loss": [(1, 1.0, 1.0)]}, texts={"notes": ["text"]})
    log_dir.write("other", {"accuracy": [(1, 1.0, 1.0)]})
    client = opened()
    header, arrays = ask(client, runs=["other", "../../etc", "mlp"])
    assert [entry["status"] for entry in header["series"]] == ["no_series", "no_series", "ok"]
    assert [list(entry) for entry in arrays[:2]] == [[], []]
    assert ask(client, tag="notes")[0]["series"][0]["status"] == "no_series"
    assert ask(client, x="epoch")[0]["series"][0]["status"] == "no_epoch"
    assert ask(client, runs=[])[0]["series"] == []


def test_restarts_and_what_they_superseded(log_dir: Any, opened: Any) -> None:
    log_dir.write("mlp", {"loss": [(step, 100.0 + step, 1.0) for step in range(10)]}, start=0)
    log_dir.write("mlp", {"loss": [(step, 200.0 + step, 2.0) for step in range(6, 12)]}, start=6)
    client = opened()
    header, (arrays,) = ask(client)
    series = header["series"][0]
    assert (series["points"], series["superseded"], series["restarts"]) == (16, 4, [6.0])
    assert arrays["x"].tolist() == [float(step) for step in range(12)]
    assert arrays["value"].tolist() == [1.0] * 6 + [2.0] * 6
    header, (arrays,) = ask(client, superseded=True, x="wall")
    assert len(arrays["x"]) == 16
    assert header["series"][0]["restarts"] == [206.0]
    assert ask(client, x="relative")[0]["series"][0]["restarts"] == [106.0]


def test_a_restart_without_a_session_is_seen_where_steps_fall(log_dir: Any, opened: Any) -> None:
    log_dir.write("mlp", {"loss": [(step, 100.0 + step, 1.0) for step in range(10)]})
    log_dir.write("mlp", {"loss": [(step, 200.0 + step, 2.0) for step in range(6, 12)]})
    assert ask(opened())[0]["series"][0]["restarts"] == [6.0]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"pixels": 0}, "questions.0.pixels is 0: input should be greater than or equal to 1."),
        ({"pixels": 10001}, "questions.0.pixels is 10001: input should be less than or equal to 10000."),
        ({"runs": ["a"] * 2001}, "questions.0.runs is ['a', 'a', 'a'"),
        ({"x": "hours"}, "questions.0.x is 'hours': input should be 'step', 'epoch', 'relative', 'wall' or 'series'."),
        ({"range": [1]}, "questions.0.range"),
        ({"smoothing": {"kind": "median", "amount": 1}}, "questions.0.smoothing.kind is 'median': input should be"),
        (
            {"smoothing": {"kind": "gaussian", "amount": -1}},
            "questions.0.smoothing.amount is -1: input should be greater",
        ),
        ({"nonsense": 1}, "questions.0.nonsense is 1: extra inputs are not permitted."),
        ({"tag": None}, "questions.0.tag is None: input should be a valid string."),
    ],
)
def test_a_wrong_question_is_answered_in_one_sentence(log_dir: Any, opened: Any, body: Any, detail: str) -> None:
    answer = opened().post("/api/columns", json={"questions": [question(**body)]})
    assert answer.status_code == 422
    assert list(answer.json()) == ["detail"]
    assert answer.json()["detail"].startswith(detail)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"x": "series"}, "x_tag is missing: give the scalar tag that x is the value of."),
        ({"x_tag": "n"}, "x_tag is 'n' and x is 'step': x_tag goes with \"series\"."),
        ({"range": [2, 1]}, "range is [2, 1]: its first number must not be above its second."),
        (
            {"smoothing": {"kind": "exponential", "amount": 1}},
            "smoothing.amount is 1: an exponential weight is below 1.",
        ),
    ],
)
def test_what_does_not_go_together_is_answered_in_one_sentence(
    log_dir: Any, opened: Any, body: Any, detail: str
) -> None:
    assert refusal(opened(), **body) == (422, detail)


def test_each_question_is_answered_by_itself(log_dir: Any, opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    points = [(step, 10.0 + step, float(step % 7)) for step in range(2000)]
    for name in ("mlp", "cnn"):
        log_dir.write(name, {"loss": points, "accuracy": points[:10]})
    questions = [
        question(runs=["mlp", "cnn"], pixels=10_000),
        question(range=[2, 1]),
        question(tag="nothing"),
        question(tag="accuracy", x="wall"),
    ]
    monkeypatch.setattr(binary, "MAX_ANSWER", 64 << 10)
    answers = parts(opened().post("/api/columns", json={"questions": questions}))
    # One of a few points comes before one of many.
    assert [place for place, _ in answers] == [2, 3, 1, 0]
    headers = {place: decode_content(content, "series")[0] for place, content in answers}
    assert (headers[0]["status"], headers[1]["status"]) == (413, 422)
    assert [series["status"] for series in headers[2]["series"]] == ["no_series"]
    _, (alone,) = ask(opened(), tag="accuracy", x="wall")
    _, (beside,) = decode_content(dict(answers)[3], "series")
    assert {name: array.tolist() for name, array in beside.items()} == {
        name: array.tolist() for name, array in alone.items()
    }


def test_one_that_fails_spoils_no_other(
    log_dir: Any, opened: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    log_dir.write("mlp", {"loss": [(1, 1.0, 1.0)], "accuracy": [(1, 1.0, 1.0)]})
    choose = columns._choose

    def fail(site: Any, asked: Any, name: str) -> Any:
        if asked.tag == "loss":
            raise OSError("gone")
        return choose(site, asked, name)

    monkeypatch.setattr(columns, "_choose", fail)
    answers = dict(parts(opened().post("/api/columns", json={"questions": [question(), question(tag="accuracy")]})))
    assert decode_content(answers[0], "series")[0] == {
        "status": 500,
        "detail": "kymo failed on this chart: its log says why.",
    }
    assert decode_content(answers[1], "series")[0]["series"][0]["status"] == "ok"
    assert "Columns of 'loss' failed" in caplog.text


def test_how_much_one_request_may_ask_is_bounded(log_dir: Any, opened: Any) -> None:
    client = opened()
    many = client.post("/api/columns", json={"questions": [question(runs=["mlp"] * 1001)] * 2})
    assert many.status_code == 422
    assert many.json()["detail"] == "questions has 2002 runs in all, and may have 2000: ask in several requests."
    assert client.post("/api/columns", json={"questions": [question()] * 101}).status_code == 422
    assert parts(client.post("/api/columns", json={"questions": []})) == []


@pytest.mark.parametrize("few", [0, 100_000])
def test_who_chooses_the_points_makes_no_difference(
    log_dir: Any, opened: Any, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    for name in ("a", "b", "c"):
        log_dir.write(name, {"loss": [(1, 1.0, float(ord(name)))]})
    monkeypatch.setattr(columns, "_FEW_POINTS", few)
    header, arrays = ask(opened(), runs=["c", "a", "b"])
    assert [series["run"] for series in header["series"]] == ["c", "a", "b"]
    assert [share["value"].tolist() for share in arrays] == [[99.0], [97.0], [98.0]]


def test_an_answer_that_would_be_too_large_names_the_remedy(
    log_dir: Any, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = [(step, 10.0 + step, float(step % 7)) for step in range(2000)]
    names = [f"run{run:02}" for run in range(40)]
    for name in names:
        log_dir.write(name, {"loss": points})
    monkeypatch.setattr(binary, "MAX_ANSWER", 1 << 20)
    client = opened()
    status, detail = refusal(client, runs=names, pixels=10000)
    assert status == 413
    assert detail.startswith("The points of the first 32 of 40 runs at 10000 pixels have 1 MiB")
    assert detail.endswith("ask for fewer runs, fewer pixels or a shorter range.")
    assert len(ask(client, runs=names, pixels=100)[0]["series"]) == 40


def test_what_is_being_sent_is_bounded_over_all_answers(log_dir: Any, opened: Any, site_of: Any) -> None:
    log_dir.write("mlp", {"loss": [(step, 10.0 + step, 1.0) for step in range(1000)]})
    client = opened()
    allowance = Allowance(60_000)
    site_of(client.app).allowance = allowance
    for _ in range(5):
        ask(client)  # what has been sent is given back
    assert allowance.take(20_000)
    assert allowance.take(10_000)
    status, detail = refusal(client)
    assert status == 503
    assert detail.endswith("ask again in some seconds, or for fewer runs.")
    # A small answer finds room beside the large ones.
    ask(client, pixels=10)
    allowance.give_back(30_000)
    ask(client)
    assert allowance.take(30_000)


def test_an_answer_of_many_lots_may_have_no_more_than_one_of_a_single_lot() -> None:
    allowance = Allowance(100)
    assert allowance.take(30)
    assert not allowance.take(21, held=30)
    assert allowance.take(20, held=30)
    assert not allowance.take(26)
    assert allowance.take(25)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"nonsense", b'{"questions": [{}]}'])
def test_what_is_no_question_is_refused(log_dir: Any, opened: Any, content: bytes) -> None:
    answer = opened().post("/api/columns", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], str)
