"""The messages against TensorBoard's own descriptors."""

import subprocess
import sys
import textwrap
from typing import Any

import pytest
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2
from tensorboard.plugins.audio import plugin_data_pb2 as audio_pb2
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.plugins.histogram import plugin_data_pb2 as histogram_pb2
from tensorboard.plugins.hparams import api_pb2
from tensorboard.plugins.hparams import plugin_data_pb2 as hparams_pb2
from tensorboard.plugins.image import plugin_data_pb2 as image_pb2
from tensorboard.plugins.mesh import plugin_data_pb2 as mesh_pb2
from tensorboard.plugins.pr_curve import plugin_data_pb2 as pr_curve_pb2
from tensorboard.plugins.scalar import plugin_data_pb2 as scalar_pb2
from tensorboard.plugins.text import plugin_data_pb2 as text_pb2

from kymo.format import messages

MODULES = [
    event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2, audio_pb2, layout_pb2, histogram_pb2, api_pb2, hparams_pb2,
    image_pb2, mesh_pb2, pr_curve_pb2, scalar_pb2, text_pb2,
]  # fmt: skip

# Fields no loader reads, and which kymo leaves out.
LEFT_OUT = {("Event", 6), ("TensorProto", 14), ("TensorProto", 15), ("TensorProto", 18)}

# Fields that kymo adds, which are unknown to other readers; see docs/format.md.
ADDED = {("HistogramProto", 1001), ("HistogramProto", 1002), ("HistogramProto", 1003)}


def theirs(name: str) -> Any:
    return next(getattr(module, name) for module in MODULES if hasattr(module, name))


def check_same(ours: Any, expected: Any) -> None:
    fields = {number: f for number, f in expected.fields_by_number.items() if (expected.name, number) not in LEFT_OUT}
    added = {number for name, number in ADDED if name == expected.name}
    assert set(ours.fields_by_number) - added == set(fields)
    assert not added & set(expected.fields_by_number)
    for number, other in fields.items():
        field = ours.fields_by_number[number]
        assert (field.name, field.type, field.is_repeated) == (other.name, other.type, other.is_repeated)
        assert (field.containing_oneof is None) == (other.containing_oneof is None)
        assert field.is_packed == other.is_packed
        if field.enum_type is not None:
            known = {value.name: value.number for value in other.enum_type.values}
            assert {value.name: value.number for value in field.enum_type.values}.items() <= known.items()
    for nested in ours.nested_types:
        check_same(nested, expected.nested_types_by_name[nested.name])


@pytest.mark.parametrize("name", sorted(messages.MESSAGES))
def test_fields_are_tensorboards(name: str) -> None:
    check_same(messages.MESSAGES[name].DESCRIPTOR, theirs(name).DESCRIPTOR)


def test_messages_are_attributes() -> None:
    event = messages.Event(wall_time=1.5, step=7, session_log=messages.SessionLog(status="START"))
    decoded = event_pb2.Event.FromString(event.SerializeToString())
    assert (decoded.wall_time, decoded.step, decoded.session_log.status) == (1.5, 7, event_pb2.SessionLog.START)


def test_maps_hold_values() -> None:
    start = messages.SessionStartInfo(group_name="g")
    start.hparams["lr"].number_value = 0.1
    decoded = hparams_pb2.SessionStartInfo.FromString(start.SerializeToString())
    assert decoded.hparams["lr"].number_value == 0.1


def test_unknown_message_is_named() -> None:
    with pytest.raises(AttributeError, match="Nonsense"):
        messages.Nonsense  # noqa: B018, the look-up is what is tested


def test_threads_that_need_messages_at_once_get_the_same() -> None:
    """Classes that were built twice do not fit into one another."""
    code = """
        import sys, threading
        from google.protobuf import message_factory, struct_pb2
        sys.setswitchinterval(1e-6)
        together, seen = threading.Barrier(8), []
        def ask():
            together.wait()
            from kymo.format.messages import Summary, SummaryMetadata
            seen.append((Summary, SummaryMetadata))
        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        assert len(seen) == 8 and len(set(seen)) == 1, seen
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True, timeout=60)
