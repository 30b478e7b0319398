from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tensorboard.compat.proto import summary_pb2

from kymo.store import Logs, Run
from kymo.store.payloads import PayloadError
from kymo.store.texts import decode_text

MakeEventFile = Callable[..., Any]


@pytest.fixture
def logs(tmp_path: Path, event_file: MakeEventFile) -> Logs:
    file = event_file(tmp_path / "mlp")
    file.text("notes", ["first"], 0)
    file.text("notes", ["a", "b", "c", "d"], 1, shape=[2, 2])
    file.text("notes", ["größer 😀"], 2)
    file.text("single", ["rank 0"], 0, shape=[])
    file.scalar("loss", 1.0, 0)
    logs = Logs(tmp_path)
    logs.refresh()
    return logs


@pytest.fixture
def run(logs: Logs) -> Run:
    return logs["mlp"]


def test_texts_are_read_back(run: Run):
    texts = run.texts("notes")
    assert [(text.step, text.wall_time, text.text, text.shape, text.superseded) for text in texts] == [
        (0, 1000.0, ["first"], (1,), False),
        (1, 1001.0, ["a", "b", "c", "d"], (2, 2), False),
        (2, 1002.0, ["größer 😀"], (1,), False),
    ]


def test_a_limit_keeps_the_newest(run: Run):
    assert [text.step for text in run.texts("notes", 2)] == [1, 2]
    assert run.texts("notes", 0) == []
    assert len(run.texts("notes", 100)) == 3
    with pytest.raises(ValueError, match="limit=-1 is negative"):
        run.texts("notes", -1)


def test_an_unknown_text(run: Run):
    with pytest.raises(KeyError, match="no text 'note' in run 'mlp'; near names are 'notes'"):
        run.texts("note")
    with pytest.raises(KeyError, match="no text 'loss'"):
        run.texts("loss")


def test_a_text_whose_file_is_gone_costs_a_warning(run: Run, tmp_path: Path, logs: Logs):
    (tmp_path / "mlp/events.out.tfevents.0").unlink()
    assert run.texts("notes", 1) == []
    assert run.texts("notes", 1) == []
    (warning,) = logs.warnings
    assert (warning.run, warning.rule) == ("mlp", "K504")
    assert "cannot be opened" in warning.cause
    assert "'notes' at step 2" in warning.cause


def test_a_text_that_was_overwritten_costs_a_warning(run: Run, tmp_path: Path):
    file = tmp_path / "mlp/events.out.tfevents.0"
    file.write_bytes(b"\xff" * file.stat().st_size)
    assert run.texts("notes") == []
    assert {warning.rule for warning in run.warnings} == {"K504"}
    assert len(run.warnings) == 3


def value(**tensor: object) -> bytes:
    content: bytes = summary_pb2.Summary.Value(tag="t", tensor=tensor).SerializeToString()
    return content


def test_what_is_not_utf8_is_replaced():
    assert decode_text(value(dtype=7, string_val=[b"a\xff"])) == (["a\ufffd"], ())


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"\xff\xff", "not a Summary.Value"),
        (value(dtype=1, float_val=[1.0]), "data type 1"),
        (value(dtype=7, string_val=[b"a", b"b"], tensor_shape={"dim": [{"size": 3}]}), r"2 strings .* shape \(3,\)"),
        (value(dtype=7, string_val=[b"a"], tensor_shape={"dim": [{"size": -1}]}), "shape"),
        (b"", "data type 0"),
    ],
)
def test_what_is_not_text(content: bytes, cause: str):
    with pytest.raises(PayloadError, match=cause):
        decode_text(content)


def test_a_shape_is_not_trusted_with_memory():
    shape = {"dim": [{"size": 1 << 40}]}
    assert decode_text(value(dtype=7, string_val=[b"a"], tensor_shape=shape)) == (["a"], (1,))
