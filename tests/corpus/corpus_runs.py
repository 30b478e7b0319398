"""Entries on runs: the order of points, several writers, restarts, files that come, go and change."""

from corpus_entry import (
    FILE,
    SECOND,
    THIRD,
    Entry,
    Expected,
    Point,
    Stage,
    loss,
    one,
    payloads,
    place,
    points,
    records,
    scalars,
    valued,
)
from event_bytes import bytes_field, double_field, event, record, scalar, session, simple, summary, version

NAN = float("nan")
START, STOP, CHECKPOINT = 1, 2, 3


def entries() -> list[Entry]:
    return [
        *orders(),
        *writers(),
        *restarts(),
        *resumes(),
        *without_starts(),
        *kinds(),
        *names(),
        *changes(),
        *others(),
    ]


def run(name: str, about: str, files: list[list[bytes]], tags: dict[str, Expected], *also: str) -> Entry:
    """An entry of several files at one moment, with nothing to tell."""
    named = zip([FILE, SECOND, THIRD], files, strict=False)
    return Entry(name, about, [Stage({file: b"".join(parts) for file, parts in named}, tags)], also)


def at(*rows: tuple[int, float, float], tag: str = "loss") -> list[bytes]:
    """A record for each step, wall time and value."""
    return [scalar(tag, step, value, time) for step, time, value in rows]


def row(*steps: int, begin: float, value: float = 0.0) -> list[Point]:
    """Points of one value, a second apart."""
    return [(step, begin + number, value) for number, step in enumerate(steps)]


def orders() -> list[Entry]:
    def kept(name: str, about: str, *steps: int) -> Entry:
        rows = [(step, 1000.0 + number, number / 2) for number, step in enumerate(steps)]
        return one(name, about, at(*rows), {"loss": scalars(rows)})

    back = [(0, 1005.0, 0.0), (1, 1003.0, 0.5), (2, 1004.0, 1.0)]
    no_step = [record(double_field(1, 1000.0 + number) + summary(simple("loss", number / 2))) for number in range(3)]
    return [
        kept("M1-steps-repeated", "Steps that repeat are kept.", 0, 1, 1, 1, 2),
        kept("M1-steps-falling", "Steps that fall are kept in the order written: no restart was noted.", 0, 5, 9, 3, 4),
        kept("M1-steps-interleaved", "Two loops in one file count on their own.", 0, 100, 1, 101, 2, 102),
        kept("M1-all-steps-zero", "global_step was never given: twenty points at step 0.", *[0] * 20),
        kept("M1-extreme-steps", "Negative steps and the ends of int64.", -1, (1 << 63) - 1, -(1 << 63), 0),
        one("M1-steps-missing", "Events without the field of the step have step 0.", no_step,
            {"loss": scalars([(0, 1000.0 + number, number / 2) for number in range(3)])}),
        one("M1-clock-back", "The clock went back within a file: points stay as they were written.", at(*back),
            {"loss": scalars(back)}),
    ]  # fmt: skip


def writers() -> list[Entry]:
    early, late = row(0, 1, 2, begin=1000.0), row(3, 4, begin=2000.0)
    even, odd = points(0, 2, 4, 6, 8), points(1, 3, 5, 7, 9)
    jump = [(1, 1001.5, 7.0), (3, 900.0, 7.0), (5, NAN, 7.0), (7, 1002.5, 7.0)]
    merged = [*points(0, 1), *jump[:3], *points(2), jump[3], *points(3)]
    timeless = [(7, NAN, 1.0), (8, NAN, 1.0)]
    nothing = [version(1500.0)]
    found = [(FILE, 0, "K202")]
    by_time = Stage(
        {FILE: b"".join(at(*points(0, 1, 2, 3))), SECOND: b"".join(at(*jump))},
        {"loss": scalars(merged)},
        [(SECOND, 2 * len(at(*jump)[0]) + 12, "K202")],
    )
    no_times = Stage(
        {FILE: b"".join(at(*timeless)), SECOND: b"".join(at(*early))},
        {"loss": scalars([*early, *timeless])},
        [(FILE, found[0][1] + 12, "K202")],
    )
    return [
        run("M2-files-in-turn", "The file whose times are later comes later, whatever its name.", [at(*late),
            at(*early)],
            {"loss": scalars([*early, *late])}),
        run("M2-empty-file-between", "Files without values between two others change nothing.",
            [at(*early), nothing, at(*late)], {"loss": scalars([*early, *late])}),
        run("M3-two-writers", "Two writers at once, one of even and one of odd steps: ten points in order of time.",
            [at(*even), at(*odd)], loss(*range(10))),
        Entry("M3-odd-times-between-two-writers",
              "A point whose clock went back, or whose time is no number, stands with the point before it.", [by_time],
              ("K202",)),
        Entry("M3-file-without-times", "A file of which no time is a number comes last.", [no_times], ("K202",)),
        run("M3-touching-times", "Files that share one instant were written at once: nothing is superseded.",
            [at((4, 1000.0, 0.0), (5, 1001.0, 0.0)), at((4, 1001.0, 1.0), (5, 1002.0, 1.0))],
            {"loss": scalars([(4, 1000.0, 0.0), (5, 1001.0, 0.0), (4, 1001.0, 1.0), (5, 1002.0, 1.0)])}),
    ]  # fmt: skip


def restarts() -> list[Entry]:
    again = row(3, 4, begin=1011.0, value=1.0)
    same = [*records(*range(6)), session(3, 1010.0), *at(*again)]
    twice = [*same, session(1, 1020.0), *at((1, 1021.0, 2.0))]
    other = [scalar("q", 5, 2.5, 1005.5)]
    noted = [*records(*range(6)), session(0, 1006.0, STOP), session(0, 1007.0, CHECKPOINT), session(0, 1008.0, 0)]
    between = [session(2, 1002.5)]
    picture = [valued(bytes_field(1, "picture") + bytes_field(4, b""), step) for step in range(3)]
    pictures = b"".join(
        [*picture, session(1, 1005.0), valued(bytes_field(1, "picture") + bytes_field(4, b"\x08\x01"), 1)]
    )
    empty = bytes_field(1, "picture") + bytes_field(4, b"")
    begin, length = place(picture[0], empty)
    last_begin, last_length = place(pictures, bytes_field(1, "picture") + bytes_field(4, b"\x08\x01"))
    rows = [(FILE, step, 1000.0 + step, step * len(picture[0]) + begin, length) for step in range(3)]
    rows.append((FILE, 1, 1001.0, last_begin, last_length))
    return [
        one("M4-start-in-the-same-file", "A START at step 3 supersedes the points from step 3 on before it.", same,
            {"loss": scalars([*points(*range(6)), *again], range(3, 6))}),
        one("M4-start-twice", "A run that was restarted twice.", twice,
            {"loss": scalars([*points(*range(6)), *again, (1, 1021.0, 2.0)], [1, 2, 3, 4, 5, 6, 7])}),
        one("M4-start-first", "A START before all points supersedes nothing.", [session(0, 999.0), *records(0, 1)],
            loss(0, 1)),
        one("M4-start-of-a-tag-not-written-again", "A START is for every tag, also one that is not written again.",
            [*records(*range(6)), *other, session(3, 1010.0), *at(*again)],
            {"loss": scalars([*points(*range(6)), *again], range(3, 6)), "q": scalars([(5, 1005.5, 2.5)], [0])}),
        one("M4-start-beyond", "A START at a step that was not reached supersedes nothing.",
            [*records(0, 1), session(5, 1010.0), *at((5, 1011.0, 1.0))], {"loss": scalars([*points(0, 1), (5, 1011.0,
            1.0)])}),
        one("M4-only-start", "STOP, CHECKPOINT and a session of no status restart nothing.", noted, loss(*range(6))),
        run("M4-start-among-writers", "A START of one of two writers is for what both had written by then.",
            [records(0, 1, 2, 3, 4), [*between, *at((2, 1002.75, 9.0), (3, 1003.5, 9.0))]],
            {"loss": scalars([*points(0, 1, 2), (2, 1002.75, 9.0), (3, 1003.0, 1.5), (3, 1003.5, 9.0), (4, 1004.0,
            2.0)], [2])}),
        one("M4-start-and-payloads", "Payloads are superseded as points are.", [pictures],
            {"picture": payloads("image", rows, superseded_payloads=[1, 2])}),
    ]  # fmt: skip


def resumes() -> list[Entry]:
    """purge_step of torch's SummaryWriter: a file version and a START, both at that step, begin the file."""
    first, q = at(*row(*range(10), begin=1000.0)), at((7, 1007.5, 0.5), (9, 1009.5, 0.5), tag="q")
    again = row(5, 6, begin=2001.0, value=1.0)

    def purge(step: int, time: float) -> list[bytes]:
        return [record(event(bytes_field(3, "brain.Event:2"), step=step, wall_time=time)), session(step, time)]

    rows = [*row(*range(10), begin=1000.0), *again]
    gone = {"loss": scalars(rows, range(5, 10)), "q": scalars([(7, 1007.5, 0.5), (9, 1009.5, 0.5)], [0, 1])}
    old = at(*row(0, 1, begin=100.0, value=3.0))
    third = row(3, begin=3001.0, value=4.0)
    both = [*first, *q]
    return [
        run("M4-purge-step-of-the-second-writer", "Only the writer that resumes notes a START.",
            [[version(999.0), *both], [*purge(5, 2000.0), *at(*again)]], gone),
        run("M4-purge-step-of-both-writers", "Both writers note a START.",
            [[*purge(0, 999.0), *both], [*purge(5, 2000.0), *at(*again)]], gone),
        run("M4-purge-step-of-the-first-writer",
            "Only the first writer notes a START: what comes later begins a tag anew.",
            [[*purge(0, 999.0), *both], [version(1999.0), *at(*again)]],
            {"loss": scalars(rows, range(5, 10)), "q": scalars([(7, 1007.5, 0.5), (9, 1009.5, 0.5)])}, "M5"),
        run("M4-purge-step-and-nothing-written", "A START that nothing follows supersedes all the same.",
            [both, purge(5, 2000.0)],
            {"loss": scalars(rows[:10], range(5, 10)), "q": scalars([(7, 1007.5, 0.5), (9, 1009.5, 0.5)], [0, 1])}),
        run("M4-purge-step-twice", "Two resumes, each in a file of its own; the names are in another order.",
            [[*purge(3, 3000.0), *at(*third)], both, [*purge(5, 2000.0), *at(*again)]],
            {"loss": scalars([*rows, *third], range(3, 12)), "q": scalars([(7, 1007.5, 0.5), (9, 1009.5, 0.5)], [0,
            1])}),
        run("M4-purge-step-zero", "A run that begins anew in its directory.", [old, [*purge(0, 2000.0), *at(*again)]],
            {"loss": scalars([*row(0, 1, begin=100.0, value=3.0), *again], [0, 1])}),
    ]  # fmt: skip


def without_starts() -> list[Entry]:
    early, late = row(*range(6), begin=1000.0), row(3, 4, begin=2000.0, value=1.0)
    on, q = row(6, 7, begin=2000.0), [(5, 1005.5, 0.5)]
    both = {"loss": scalars([*early, *late], range(3, 6)), "q": scalars(q)}

    def versioned(text: str, time: float) -> bytes:
        return record(double_field(1, time) + bytes_field(3, text))

    files = [[*at(*early), *at(*q, tag="q")], at(*late)]
    return [
        run("M5-no-file-version",
            "Without a START, a later file that begins a tag at step 3 supersedes that tag alone.",
            files, both),
        run("M5-file-version-1", "The same of files before version 2.",
            [[versioned("brain.Event:1", 999.0), *files[0]], [versioned("brain.Event:1", 1999.0), *files[1]]], both),
        run("M5-file-version-unknown", "The same of a file version that nobody knows.",
            [[versioned("mine", 999.0), *files[0]], [versioned("", 1999.0), *files[1]]], both),
        run("M5-goes-on", "A later file that goes on with the next step supersedes nothing.", [at(*early), at(*on)],
            {"loss": scalars([*early, *on])}),
        run("M5-first-step-counts", "It is the later file's first step that counts, not its lowest.",
            [at(*early), at((4, 2000.0, 1.0), (0, 2001.0, 1.0))],
            {"loss": scalars([*early, (4, 2000.0, 1.0), (0, 2001.0, 1.0)], [4, 5])}),
        one("M6-superseded-stay", "What a restart repeats is marked, and stays.", [*at(*early), session(0, 1999.0),
            *at(*late)],
            {"loss": scalars([*early, *late], range(6))}),
    ]  # fmt: skip


def kinds() -> list[Entry]:
    picture = bytes_field(1, "loss") + bytes_field(4, b"")
    begin, length = place(valued(picture, 0, 1.0), picture)
    held = scalars(points(1), payloads=[(FILE, 0, 1.0, begin, length)])
    described = bytes_field(9, bytes_field(1, bytes_field(1, "scalars")) + bytes_field(2, "Loss"))
    stage = Stage(
        {FILE: valued(picture, 0, 1.0), SECOND: b"".join(records(1))}, {"loss": held}, [(FILE, begin, "K301")]
    )
    return [
        Entry("M8-scalars-in-the-second-file", "A tag is a scalar if any file holds it as one: no point is hidden.",
              [stage], ("K301",)),
        run("M8-described-in-the-second-file", "The earliest file that describes a tag says how.",
            [records(0), [valued(simple("loss", 0.5) + described, 1)]],
            {"loss": scalars(points(0, 1), display_name="Loss")}),
    ]  # fmt: skip


def names() -> list[Entry]:
    files = {
        "mine.tfevents.2": b"".join(records(0, 1)),
        "events.out.tfevents.1.host.profile-empty": b"".join(records(2)),
        ".events.out.tfevents.1.host.4711.0.Wq3xZ7": b"".join(records(4)),
        "events.txt": b"".join(records(3)),
    }
    return [
        Entry("F7-names", "Event files have tfevents in their names; empty markers and unfinished copies are none.",
              [Stage(files, loss(0, 1))]),
    ]  # fmt: skip


def changes() -> list[Entry]:
    first, other = b"".join(records(*range(5))), b"".join(at(*row(*range(5), begin=2000.0, value=3.0)))
    size = len(first) // 5
    old, new = loss(*range(5)), {"loss": scalars(row(*range(5), begin=2000.0, value=3.0))}
    replaced = [(FILE, 0, "K403")]

    def change(name: str, about: str, *stages: Stage) -> Entry:
        return Entry(name, about, [Stage({FILE: first}, old), *stages])

    def fewer(rows: int, data: bytes) -> tuple[dict[str, bytes], dict[str, Expected]]:
        return {FILE: data[: rows * size]}, {"loss": scalars(row(*range(rows), begin=2000.0, value=3.0))}

    three = {FILE: first, SECOND: b"".join(at(*row(7, begin=5000.0)))}
    both = {"loss": scalars([*points(*range(5)), *row(7, begin=5000.0)])}
    return [
        change("K402-shrunk", "The file is cut, and holds the first two records.",
               Stage({FILE: first[: 2 * size]}, loss(0, 1), [(FILE, 2 * size, "K402")])),
        change("K402-emptied-and-written-anew", "The file is emptied, and another run is written into it.",
               Stage({FILE: b""}, {}, [(FILE, 0, "K402")]), Stage({FILE: other}, new, [(FILE, 0, "K402")])),
        change("K403-rewritten-as-long", "Other data of the same size is written into the file.",
               Stage({FILE: other}, new, replaced)),
        change("K403-rewritten-longer",
               "The file is cut and filled with more data than it had, as rsync --inplace does.",
               Stage({FILE: other + first}, {"loss": scalars([*new["loss"]["points"], *old["loss"]["points"]])},
                     replaced)),
        change("K403-replaced-by-a-smaller-file", "Another file takes the name, as rsync does.",
               Stage(*fewer(2, other), replaced, how="rename")),
        change("K403-replaced-by-one-as-large", "Another file of the same size takes the name.",
               Stage({FILE: other}, new, replaced, how="rename")),
        change("K403-replaced-by-a-copy-that-grew", "rsync replaces the file by itself and more.",
               Stage({FILE: first + b"".join(records(5, 6))}, loss(*range(7)), replaced, how="rename")),
        change("M7-deleted-and-back", "A file that vanishes takes its points with it; it may come back.",
               Stage({}, {}), Stage({FILE: first}, old)),
        change("M7-one-of-two-deleted", "Another file of the run keeps its points.", Stage(three, both),
               Stage({SECOND: three[SECOND]}, {"loss": scalars(row(7, begin=5000.0))})),
        change("M2-file-that-sorts-earlier", "A file appears whose name and times come before those that were read.",
               Stage({"events.out.tfevents.0": b"".join(at((0, 1.0, 9.0))), FILE: first},
                     {"loss": scalars([(0, 1.0, 9.0), *points(*range(5))], [0])})),
        change("M2-older-file-grows", "The older of two files grows on: both are read.", Stage(three, both),
               Stage({FILE: first + b"".join(records(5)), SECOND: three[SECOND]},
                     {"loss": scalars([*points(*range(6)), *row(7, begin=5000.0)])})),
    ]  # fmt: skip


def others() -> list[Entry]:
    good = {FILE: b"".join(records(0, 1))}
    return [
        Entry("K502-link-to-itself", "A link of an event file's name that leads nowhere is left out.",
              [Stage(good, loss(0, 1), [(SECOND, None, "K502")], links={SECOND: SECOND})]),
        Entry("K503-not-json", "run.json is no JSON: the run is shown without it.",
              [Stage({**good, "run.json": b'{"name": '}, loss(0, 1), [("run.json", None, "K503")])]),
        Entry("K503-a-list", "run.json is JSON, but no object.",
              [Stage({**good, "run.json": b"[1, 2]"}, loss(0, 1), [("run.json", None, "K503")])]),
        Entry("K506-not-json", "notes.json is no JSON: the run is shown without its notes.",
              [Stage({**good, "notes.json": b"{'name': "}, loss(0, 1), [("notes.json", None, "K506")])]),
        Entry("K506-not-a-viewers", "notes.json is somebody's own file, which says nothing that a viewer notes.",
              [Stage({**good, "notes.json": b'{"author": "me"}'}, loss(0, 1), [("notes.json", None, "K506")])]),
        Entry("K506-number-as-a-name", "A name in notes.json is no text.",
              [Stage({**good, "notes.json": b'{"name": 7}'}, loss(0, 1), [("notes.json", None, "K506")])]),
        Entry("K506-name-too-long", "A name in notes.json has more than 200 characters.",
              [Stage({**good, "notes.json": b'{"name": "' + 201 * b"a" + b'"}'}, loss(0, 1),
                     [("notes.json", None, "K506")])]),
    ]  # fmt: skip
