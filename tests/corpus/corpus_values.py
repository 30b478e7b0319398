"""Entries on events and values: what a tag is, what a number is, what stays in the file."""

import struct

from corpus_entry import (
    FILE,
    Entry,
    Expected,
    Payload,
    flipped,
    loss,
    one,
    payloads,
    place,
    records,
    scalars,
    starts,
    valued,
)
from event_bytes import (
    bytes_field,
    double_field,
    event,
    float_field,
    int_field,
    metadata,
    record,
    scalar,
    simple,
    summary,
    tensor,
    tensor_value,
)

NAN, INF = float("nan"), float("inf")
PICTURE = bytes_field(4, int_field(1, 2) + int_field(2, 2) + bytes_field(4, b"PNG"))


def entries() -> list[Entry]:
    return [*times_and_tags(), *odd_values(), *kinds(), *numbers(), *precision(), *heavy(), *graphs(), *texts(),
            *histograms(), *networks()]  # fmt: skip


def times_and_tags() -> list[Entry]:
    times = [1.0, NAN, INF, -INF, 2.0]
    odd = [scalar("loss", step, step / 2, time) for step, time in enumerate(times)]
    rows = [(step, time, step / 2) for step, time in enumerate(times)]
    tag = b"lo\xffss"
    wrong = [valued(bytes_field(1, name) + float_field(2, step / 2), step) for step, name in
             enumerate([tag, b"lo\xfess", tag, "lo\ufffdss".encode(), b"lo\xfess"])]  # fmt: skip
    value = len(event()) + 4  # where the value lies in such a record's payload
    return [
        one("K202-odd-times", "Wall times that are NaN or infinite: told once, every point kept.", odd,
            {"loss": scalars(rows)}, (len(odd[0]) + 12, "K202")),
        one("K203-tag-not-utf8", "A byte of a tag is no UTF-8.", wrong[:1],
            {"lo\ufffdss": scalars([(0, 1000.0, 0.0)])}, (12 + value, "K203")),
        one("K203-tags-shown-alike", "Tags that differ in wrong bytes alone are shown as one, in the order written.",
            wrong,
            {"lo\ufffdss": scalars([(step, 1000.0 + step, step / 2) for step in range(5)])}, (12 + value, "K203")),
    ]  # fmt: skip


def odd_values() -> list[Entry]:
    plain = records(0, 1)

    def no_number(name: str, about: str, value: bytes) -> Entry:
        parts = [plain[0], valued(value, 7), plain[1]]
        begin, length = len(plain[0]) + place(parts[1], value)[0], len(value)
        held = scalars([(0, 1000.0, 0.0), (1, 1001.0, 0.5)], payloads=[(FILE, 7, 1007.0, begin, length)])
        return one(name, about, parts, {"loss": held}, (begin, "K301"))

    def of_tensor(name: str, about: str, *content: bytes, dtype: int = 1, shape: tuple[int, ...] | None = ()) -> Entry:
        return no_number(name, about, tensor_value("loss", tensor(dtype, *content, shape=shape), "scalars"))

    picture = bytes_field(1, "loss") + PICTURE
    numbers = [valued(picture), *records(1, 2)]
    rows = [(FILE, 0, 1000.0, *place(numbers[0], picture))]
    for at, part in zip(starts(numbers)[1:], numbers[1:], strict=True):
        step = len(rows)
        begin, length = place(part, simple("loss", step / 2))
        rows.append((FILE, step, 1000.0 + step, at + begin, length))
    nothing = bytes_field(1, "loss")
    return [
        no_number("K301-picture", "An image under a tag that holds scalars.", picture),
        no_number("K301-no-value", "A value without content under a tag that holds scalars.", nothing),
        of_tensor("K301-content-short", "tensor_content of three bytes for a float.", bytes_field(4, bytes(3))),
        of_tensor("K301-content-long", "tensor_content of two floats for one.", bytes_field(4, bytes(8))),
        of_tensor("K301-two-elements", "A tensor of two numbers.", bytes_field(5, bytes(8)), shape=(2,)),
        of_tensor("K301-broadcast", "One value that stands for two elements.", float_field(5, 1.0), shape=(2,)),
        of_tensor("K301-rank-2", "A tensor of one number, but of rank 2.", float_field(5, 1.0), shape=(1, 1)),
        of_tensor("K301-no-element", "A tensor of shape [0].", shape=(0,)),
        of_tensor("K301-complex", "A complex number.", bytes_field(9, bytes(8)), dtype=8),
        of_tensor("K301-string", "A string.", bytes_field(8, "0.5"), dtype=7),
        of_tensor("K301-no-data-type", "A tensor that does not say of what type it is.", float_field(5, 1.0), dtype=0),
        one("K302-number-among-pictures", "Plain numbers under a tag that holds images: kept as payloads, told once.",
            numbers, {"loss": payloads("image", rows)}, (rows[1][3], "K302")),
        one("K303-says-nothing", "A tag's first value has neither content nor a plugin.", [valued(nothing), plain[1]],
            loss(1), (place(valued(nothing), nothing)[0], "K303")),
    ]  # fmt: skip


def first(tag: str, kind: str, value: bytes, **more: str) -> tuple[list[bytes], dict[str, Expected]]:
    """A file of one value, and its tag as a payload."""
    part = valued(value)
    return [part], {tag: payloads(kind, [(FILE, 0, 1000.0, *place(part, value))], **more)}


def kinds() -> list[Entry]:
    wordy = float_field(5, 0.5)
    described = simple("loss", 0.0) + metadata("scalars", display_name="Loss", description="of *training*")
    other = simple("loss", 0.5) + metadata("images", display_name="Other")
    late = [*records(0), valued(simple("loss", 0.5) + metadata("scalars", display_name="Loss"), 1)]
    unknown = tensor_value("weights", tensor(1, bytes_field(4, bytes(8)), shape=(2,)), "of_mine")
    hparams = bytes_field(1, "_hparams_/session_start_info") + metadata("hparams")
    strings = tensor_value(
        "picture", tensor(7, *[bytes_field(8, word) for word in ("2", "2", "PNG")], shape=(3,)), "images"
    )
    return [
        one("V1-plugin-decides", "A tensor of the scalars plugin is a scalar.",
            [valued(tensor_value("loss", tensor(1, wordy), "scalars"), 1)], loss(1)),
        one("V1-plugin-of-images", "A tensor of strings of the images plugin is an image.", *first("picture", "image",
            strings)),
        one("V2-field-decides", "A number under a plugin that nobody knows is a scalar.",
            [valued(simple("loss", 0.5) + metadata("of_mine"), 1)], loss(1)),
        one("V2-tensor-of-one-number", "A tensor without a plugin is a scalar if it is one number.",
            [valued(tensor_value("loss", tensor(1, wordy)), 1)], loss(1)),
        one("V2-tensor-of-a-plugin-of-mine", "A tensor of a plugin that nobody knows stays a tensor.",
            *first("weights", "tensor", unknown)),
        one("V2-old-histogram", "The histogram of the first event files.",
            *first("old", "obsolete_histogram", bytes_field(1, "old") + bytes_field(3, b"\x01"))),
        one("V3-first-metadata-wins", "Metadata of another plugin and name comes later, and is ignored.",
            [valued(described), valued(other, 1)],
            {"loss": scalars([(0, 1000.0, 0.0), (1, 1001.0, 0.5)], display_name="Loss", description="of *training*")}),
        one("V3-metadata-on-the-second-value", "The first metadata that comes is kept, also where it comes late.", late,
            {"loss": scalars([(0, 1000.0, 0.0), (1, 1001.0, 0.5)], display_name="Loss")}),
        one("V3-metadata-without-a-value", "All of a value may be in its metadata.",
            *first("_hparams_/session_start_info", "hparams", hparams)),
        one("V4-node-name", "Old files have the tag in node_name; where there is a tag, it counts.",
            [valued(bytes_field(7, "loss") + float_field(2, 0.0)),
             valued(bytes_field(7, "node") + bytes_field(1, "loss") + float_field(2, 0.5), 1)], loss(0, 1)),
    ]  # fmt: skip


# Data type, how its number is written, the number, whether float32 holds the type.
NUMBERS = {
    "float": (1, float_field(5, 0.25), 0.25, True),
    "float-packed": (1, bytes_field(5, struct.pack("<f", 0.25)), 0.25, True),
    "float-content": (1, bytes_field(4, struct.pack("<f", 0.25)), 0.25, True),
    "double": (2, double_field(6, 0.1), 0.1, False),
    "double-content": (2, bytes_field(4, struct.pack("<d", 0.1)), 0.1, False),
    "int32": (3, int_field(7, -7), -7.0, False),
    "int32-content": (3, bytes_field(4, struct.pack("<i", -7)), -7.0, False),
    "uint8": (4, int_field(7, 255), 255.0, True),
    "int16": (5, int_field(7, -300), -300.0, True),
    "int8": (6, int_field(7, -128), -128.0, True),
    "int64": (9, int_field(10, -(1 << 53)), -9007199254740992.0, False),
    "int64-content": (9, bytes_field(4, struct.pack("<q", -7)), -7.0, False),
    "bool": (10, int_field(11, 1), 1.0, True),
    "bfloat16": (14, int_field(13, 0x3FC0), 1.5, True),
    "uint16": (17, int_field(7, 65535), 65535.0, True),
    "half": (19, int_field(13, 0x3E00), 1.5, True),
    "half-content": (19, bytes_field(4, b"\x00\x3e"), 1.5, True),
    "half-subnormal": (19, int_field(13, 1), 2.0**-24, True),
    "uint32": (22, int_field(16, (1 << 32) - 1), 4294967295.0, False),
    "uint64": (23, int_field(17, 1 << 63), 9223372036854775808.0, False),
}


def numbers() -> list[Entry]:
    def of(tag: str, proto: bytes) -> bytes:
        return valued(tensor_value(tag, proto, "scalars"))

    parts = [of(tag, tensor(dtype, content)) for tag, (dtype, content, _, _) in NUMBERS.items()]
    tags = {tag: scalars([(0, 1000.0, number)], **({} if single else {"double": True}))
            for tag, (_, _, number, single) in NUMBERS.items()}  # fmt: skip
    float32 = struct.unpack("<i", struct.pack("<f", -2.0))[0]
    at = [(0, 1000.0, 0.25)]
    return [
        one("V5-data-types", "A number of every type, in the list for its type and in tensor_content.", parts, tags),
        one("V5-shapes", "Shape [1], no shape and an unknown rank are as good as rank 0.",
            [of("one", tensor(1, float_field(5, 0.25), shape=(1,))), of("none", tensor(1, float_field(5, 0.25),
            shape=None)),
             of("unknown", tensor(1, bytes_field(2, int_field(3, 1)), float_field(5, 0.25), shape=None))],
            {tag: scalars(at) for tag in ("one", "none", "unknown")}),
        one("V6-no-element", "A list without an element means zero.", [of("loss", tensor(1))], loss(0)),
        one("V7-float32-in-half", "torch writes the bits of a float32 where a half or a bfloat16 belongs.",
            [of("half", tensor(19, int_field(13, float32))), of("bfloat16", tensor(14, int_field(13, float32)))],
            {tag: scalars([(0, 1000.0, -2.0)]) for tag in ("half", "bfloat16")}),
        one("V12-not-finite", "NaN and infinity are values like any other.",
            [scalar("loss", step, value) for step, value in enumerate([NAN, INF, -INF, 0.5])],
            {"loss": scalars([(step, 1000.0 + step, value) for step, value in enumerate([NAN, INF, -INF, 0.5])])}),
    ]  # fmt: skip


def precision() -> list[Entry]:
    doubles = [valued(tensor_value("loss", tensor(2, double_field(6, value)), "scalars"), step)
               for step, value in enumerate([0.1, 1e300])]  # fmt: skip
    large = valued(tensor_value("loss", tensor(9, int_field(10, (1 << 53) + 1)), "scalars"), 1)
    return [
        one("V8-double-precision", "torch's add_scalar(new_style=True, double_precision=True).", doubles,
            {"loss": scalars([(0, 1000.0, 0.1), (1, 1001.0, 1e300)], double=True)}),
        one("V8-double-after-float", "The series is float64 as soon as one value needs it.", [*records(0), doubles[1]],
            {"loss": scalars([(0, 1000.0, 0.0), (1, 1001.0, 1e300)], double=True)}),
        one("V8-large-integer", "An integer beyond 2^53 is rounded to the nearest float64.", [*records(0), large],
            {"loss": scalars([(0, 1000.0, 0.0), (1, 1001.0, 9007199254740992.0)], double=True)}),
    ]  # fmt: skip


def heavy() -> list[Entry]:
    histogram = bytes_field(5, double_field(1, 0.0) + bytes_field(6, struct.pack("<d", 1.0)) + bytes_field(7, bytes(8)))
    curve = tensor(1, bytes_field(4, bytes(24)), shape=(6, 1))
    values = {
        "picture": ("image", bytes_field(1, "picture") + PICTURE),
        "sound": ("audio", bytes_field(1, "sound") + bytes_field(6, float_field(1, 44100.0) + bytes_field(4, b"WAV"))),
        "weights": ("histogram", bytes_field(1, "weights") + histogram),
        "curve": ("pr_curve", tensor_value("curve", curve, "pr_curves")),
    }
    whole = record(event(summary(*(value for _, value in values.values())), step=3, wall_time=5.0))
    pictures = [valued(bytes_field(1, "picture") + PICTURE, step) for step in range(12)]
    size, (begin, length) = len(pictures[0]), place(pictures[0], bytes_field(1, "picture") + PICTURE)
    rows: list[Payload] = [(FILE, step, 1000.0 + step, step * size + begin, length) for step in range(12)]
    del rows[5]
    return [
        one("V9-heavy-values",
            "An image, audio, a histogram and a curve in one event: the reader keeps where they lie.",
            [whole], {tag: payloads(kind, [(FILE, 3, 5.0, *place(whole, value))]) for tag, (kind,
            value) in values.items()}),
        one("V9-twelve-images", "Twelve images, one of them damaged: none is sampled away.",
            [*pictures[:5], flipped(pictures[5], 30), *pictures[6:]], {"picture": payloads("image", rows)},
            (5 * size, "K102"), also="K102"),
    ]  # fmt: skip


def graphs() -> list[Entry]:
    graph, again, meta = b"first graph", b"second graph", b"meta graph"
    details = bytes_field(1, "step1") + bytes_field(2, b"details")
    source = bytes_field(10, bytes_field(1, "w" * 200))
    parts = [
        record(event(bytes_field(4, graph))),
        record(event(bytes_field(9, meta))),
        record(event(bytes_field(8, details))),
        record(event(bytes_field(4, again), source, step=1)),
    ]
    file = b"".join(parts)

    def at(content: bytes, step: int = 0) -> Payload:
        return (FILE, step, 1000.0, *place(file, content))

    expected = {
        "__run_graph__": payloads("graph", [at(graph), at(again, 1)]),
        "__meta_graph__": payloads("meta_graph", [at(meta)]),
        "__run_metadata__/step1": payloads("run_metadata", [at(details)]),
    }
    only = [parts[1], *records(0)]
    return [
        one("V10-graphs", "Graphs, a meta graph, run metadata: all of them, not the last one.", parts, expected),
        one("V10-meta-graph-only", "A meta graph without a graph.", only,
            {"__meta_graph__": payloads("meta_graph", [(FILE, 0, 1000.0, *place(only[0], meta))]), **loss(0)}),
    ]  # fmt: skip


def texts() -> list[Entry]:
    def of(*strings: str, shape: tuple[int, ...], step: int = 0, tag: bytes = b"note") -> bytes:
        proto = tensor(7, *[bytes_field(8, text) for text in strings], shape=shape)
        return bytes_field(1, tag) + metadata("text") + bytes_field(8, proto)

    def noted(name: str, about: str, values: list[bytes], found: list[list[str]], tag: str, *told: tuple[int, str],
              also: str = "") -> Entry:  # fmt: skip
        parts = [valued(value, step) for step, value in enumerate(values)]
        file = b"".join(parts)
        rows = [(FILE, step, 1000.0 + step, *place(file, value)) for step, value in enumerate(values)]
        return one(name, about, parts, {tag: payloads("text", rows, texts=found)}, *told, also=also)

    good = [of("first", shape=(1,)), of("a", "b", "c", "d", shape=(2, 2)), of("rank 0", shape=())]
    bad = [good[0], of("two", "three", shape=(5,)), good[2]]
    odd = of("hello", shape=(1,), tag=b"n\xff")
    second = starts([valued(value, step) for step, value in enumerate(bad)])[1]
    lies = second + place(valued(bad[1], 1), bad[1])[0]
    lies_odd = place(valued(odd), odd)[0]
    return [
        noted("V11-texts", "Texts of rank 0, 1 and 2.", good, [["first"], ["a", "b", "c", "d"], ["rank 0"]], "note"),
        noted("V11-text-of-an-odd-tag", "A text is read although its tag is no UTF-8.", [odd], [["hello"]], "n\ufffd",
              (lies_odd, "K203"), also="K203"),
        noted("K504-two-strings-for-five", "A text that cannot be decoded is left out; the others are read.", bad,
              [["first"], ["rank 0"]], "note", (lies, "K504")),
    ]  # fmt: skip


def histograms() -> list[Entry]:
    def doubles(number: int, *values: float) -> bytes:
        return bytes_field(number, struct.pack(f"<{len(values)}d", *values))

    def proto(figures: list[float], limits: list[float], counts: list[float], *more: bytes) -> bytes:
        """`figures`: the least value, the greatest, their number, their sum and that of their squares."""
        told = b"".join(double_field(number, figure) for number, figure in enumerate(figures, 1))
        return bytes_field(1, "weights") + bytes_field(
            5, told + doubles(6, *limits) + doubles(7, *counts) + b"".join(more)
        )

    def rows(*numbers: float) -> bytes:
        content = bytes_field(4, struct.pack(f"<{len(numbers)}d", *numbers))
        return tensor_value("weights", tensor(2, content, shape=(len(numbers) // 3, 3)), "histograms")

    def shown(name: str, about: str, values: list[bytes], found: list[Expected], *told: tuple[int, str]) -> Entry:
        parts = [valued(value, step) for step, value in enumerate(values)]
        lies = [(FILE, step, 1000.0 + step, at + place(part, value)[0], len(value))
                for step, (at, part, value) in enumerate(zip(starts(parts), parts, values, strict=True))]  # fmt: skip
        return one(name, about, parts, {"weights": payloads("histogram", lies, histograms=found)}, *told)

    def found(bins: list[tuple[float, float, float]], *figures: float) -> Expected:
        return {"bins": bins, "figures": figures}

    largest = struct.unpack("<d", b"\xff" * 6 + b"\xef\x7f")[0]
    torchs = proto([0.5, 3, 5, 9, 20], [0, 1, 2, 3], [0, 3, 0, 2])
    good = found([(0, 1, 3), (2, 3, 2)], 5, 0.5, 3, 9, 20, 0, 0, 0)
    wrong = proto([0, 1, 1, 1, 1], [0, 1], [1])
    at = len(valued(torchs))
    return [
        shown("V13-buckets", "A histogram as torch writes it, one whose first bucket is filled, two without an end.",
              [torchs, proto([0.5, 2, 3, 4, 6], [1, 2], [1, 2]), proto([-3, 7, 3, 8, 60], [0, 5, largest], [1, 1, 1]),
               proto([-3, 7, 3, 8, 60], [-largest, 0, 5, 7], [0, 1, 1, 1])],
              [good, found([(0.5, 1, 1), (1, 2, 2)], 3, 0.5, 2, 4, 6, 0, 0, 0),
               *[found([(-3, 0, 1), (0, 5, 1), (5, 7, 1)], 3, -3, 7, 8, 60, 0, 0, 0)] * 2]),
        shown("V13-rows", "A histogram as TensorFlow 2 writes it, of two bins and an empty one between them.",
              [rows(0, 1, 2, 1, 2, 0, 2, 3, 1)], [found([(0, 1, 2), (2, 3, 1)], 3, 0, 3, 3.5, 7, 0, 0, 0)]),
        shown("V14-not-finite", "How many values are NaN, infinite and negative infinite; one with no others.",
              [proto([0.5, 3, 5, 9, 20], [0, 1, 2, 3], [0, 3, 0, 2], double_field(1001, 4), double_field(1002, 1),
                     double_field(1003, 2)), torchs],
              [found([(0, 1, 3), (2, 3, 2)], 5, 0.5, 3, 9, 20, 4, 1, 2), good]),
        shown("K504-two-limits-for-one-bucket", "A histogram that cannot be decoded is left out; others are read.",
              [torchs, wrong, torchs], [good, good], (at + place(valued(wrong, 1), wrong)[0], "K504")),
    ]  # fmt: skip


def networks() -> list[Entry]:
    layers = """{"layers": [
     {"name": "0", "type": "Linear", "activation": "", "output_shape": [8],
      "parameters": [{"name": "0.weight", "shape": [8, 4], "count": 32, "trainable": true}], "calls": 1},
     {"name": "1", "type": "ReLU", "activation": "relu", "output_shape": null, "parameters": [], "calls": 2},
     {"name": "2"}]}"""

    def told(text: str) -> bytes:
        return tensor_value("health/network", tensor(7, bytes_field(8, text), shape=(1,)), "kymo_network")

    def shown(name: str, about: str, values: list[bytes], found: list[str], *warnings: tuple[int, str]) -> Entry:
        parts = [valued(value, step) for step, value in enumerate(values)]
        lies = [(FILE, step, 1000.0 + step, at + place(part, value)[0], len(value))
                for step, (at, part, value) in enumerate(zip(starts(parts), parts, values, strict=True))]  # fmt: skip
        return one(name, about, parts, {"health/network": payloads("network", lies, layers=found)}, *warnings)

    good, wrong = told(layers), told('{"layers": [{"name": "0", "calls": "twice"}]}')
    at = len(valued(good)) + place(valued(wrong, 1), wrong)[0]
    return [
        shown("V15-layers", "The layers of a network, told twice.", [told('{"layers": []}'), good], ["0", "1", "2"]),
        shown("K504-calls-in-words", "A network whose newest description is not of the form.", [good, wrong], [],
              (at, "K504")),
    ]  # fmt: skip
