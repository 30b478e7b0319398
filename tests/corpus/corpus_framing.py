"""Entries on records: framing, checksums, unfinished files, the way back after damage."""

import struct

from corpus_entry import FILE, Entry, Stage, flipped, loss, one, records, scalars, starts
from event_bytes import (
    bytes_field,
    double_field,
    event,
    float_field,
    header,
    int_field,
    key,
    masked,
    record,
    simple,
    summary,
    varint,
    version,
)

TEN = records(*range(10))
SIZE = len(TEN[0])  # every record of these has it
VERSION = version()


def entries() -> list[Entry]:
    return [*whole(), *checksums(), *lengths(), *gaps(), *unfinished(), *recovery(), *no_events()]


def whole() -> list[Entry]:
    group = key(50, 3) + int_field(1, 5) + key(51, 3) + key(51, 4) + key(50, 4)
    odd = [
        # The summary before the time, unknown fields of every type, a group, a varint longer than it must be.
        record(
            summary(simple("loss", 0.0))
            + bytes_field(99, b"unknown")
            + group
            + double_field(98, 1.0)
            + float_field(97, 1.0)
            + int_field(96, 1 << 63)
            + key(2, 0)
            + varint(0, 4)
            + double_field(1, 1000.0)
        ),
        # Of a field given twice the last counts; a summary in two pieces is one; known numbers with other wire types.
        record(
            event(
                summary(bytes_field(1, "other") + bytes_field(1, "loss") + float_field(2, 9.0) + float_field(2, 0.5)),
                summary(simple("acc", 2.5)),
                int_field(5, 1),
                bytes_field(2, b"step"),
                step=7,
            )
            + int_field(2, 1)
            + double_field(1, 1001.0)
        ),
    ]
    return [
        one("F1-empty-file", "A file of no bytes is a log with no events.", [], {}),
        one("F1-version-only", "A writer that has logged nothing yet.", [VERSION], {}),
        one(
            "F1-empty-record",
            "A payload of no bytes is an event with nothing in it.",
            [record(b""), *TEN[:2], record(b""), TEN[2]],
            loss(0, 1, 2),
        ),
        one(
            "F2-odd-encodings",
            "Every encoding that protobuf allows is read as protobuf reads it.",
            odd,
            {**loss(0, 1), "acc": scalars([(1, 1001.0, 2.5)])},
        ),
    ]


def checksums() -> list[Entry]:
    def damaged(name: str, about: str, at: int) -> Entry:
        parts = [*TEN[:4], flipped(TEN[4], at), *TEN[5:]]
        return one(name, about, parts, loss(0, 1, 2, 3, 5, 6, 7, 8, 9), (4 * SIZE, name[:4]))

    return [
        damaged("K101-length-bit", "One bit of the length of record 5 of 10 is flipped.", 0),
        damaged("K101-length-high-bit", "The length of record 5 of 10 is made huge by one bit.", 7),
        damaged("K101-length-checksum-bit", "One bit of the length's checksum is flipped.", 9),
        damaged("K102-payload-bit", "One bit of the payload of record 5 of 10 is flipped.", 20),
        damaged("K102-payload-checksum-bit", "One bit of the payload's checksum is flipped.", -1),
        one(
            "K101-text-between",
            "A line of text stands between two records.",
            [*TEN[:2], b"Killed by signal 9.\n", *TEN[2:4]],
            loss(0, 1, 2, 3),
            (2 * SIZE, "K101"),
        ),
        one("K101-no-event-file", "Text under an event file's name.", [b"This is no event file."], {}, (0, "K101")),
        one(
            "K101-first-byte-missing",
            "The file begins inside a record.",
            [VERSION[1:], *TEN[:2]],
            loss(0, 1),
            (0, "K101"),
        ),
        one(
            "K102-last-record",
            "Damage in the last record is told at once, although nothing follows it.",
            [*TEN[:2], flipped(TEN[2], 20)],
            loss(0, 1),
            (2 * SIZE, "K102"),
        ),
        one(
            "K102-bytes-missing",
            "Four bytes are missing from a payload, so that its record ends inside the next one.",
            [TEN[0], TEN[1][:20] + TEN[1][24:], *TEN[2:4]],
            loss(0, 2, 3),
            (SIZE, "K102"),
        ),
    ]


def lengths() -> list[Entry]:
    def forged(name: str, about: str, length: int, rule: str) -> Entry:
        parts = [*TEN[:2], header(length) + TEN[2][12:], *TEN[3:6]]
        return one(name, about, parts, loss(0, 1, 3, 4, 5), (2 * SIZE, rule))

    own = SIZE - 16
    return [
        forged("K103-length-2-to-40", "A length of 2^40 under a checksum that holds.", 1 << 40, "K103"),
        forged("K103-length-2-to-63", "A length of 2^63, negative to who reads it signed.", 1 << 63, "K103"),
        forged("K103-length-2-to-64", "The greatest length; with framing it overflows 64 bits.", (1 << 64) - 1, "K103"),
        forged(
            "K103-length-just-beyond-the-end", "The record would end one byte behind the file.", 4 * SIZE - 15, "K103"
        ),
        forged(
            "K103-length-to-the-end", "The record would end with the file, and swallows three.", 4 * SIZE - 16, "K103"
        ),
        forged("K103-length-swallows-one", "The record would end where the one after it does.", own + SIZE, "K103"),
        forged(
            "K102-length-overlaps-one", "The record would end inside the next one, which is whole.", own + 9, "K102"
        ),
        forged("K102-length-too-short", "The record would end before its payload does.", own - 9, "K102"),
    ]


def gaps() -> list[Entry]:
    filled = [*TEN[:2], *TEN[2:5]]
    hole = [*TEN[:2], bytes(2 * SIZE), TEN[4]]
    return [
        one("K104-hole", "A hundred zeros stand where a record should begin.", [*TEN[:2], bytes(100), *TEN[5:8]],
            loss(0, 1, 5, 6, 7), (2 * SIZE, "K104")),
        one("K104-before-the-first-record", "The file begins with zeros.", [bytes(64), *TEN[:2]], loss(0, 1), (0,
            "K104")),
        one("K101-hole-behind-half-a-header", "The first bytes of a header are there, the rest are zeros.",
            [*TEN[:2], TEN[2][:5], bytes(60), *TEN[3:5]], loss(0, 1, 3, 4), (2 * SIZE, "K101")),
        Entry(
            "K403-hole-filled-later",
            "A hole, as network file systems show one, holds the two records that belong there a moment later.",
            [
                Stage({FILE: b"".join(hole)}, loss(0, 1, 4), [(FILE, 2 * SIZE, "K104")]),
                Stage({FILE: b"".join(filled)}, loss(0, 1, 2, 3, 4), [(FILE, 0, "K403")]),
            ],
            ("K104",),
        ),
    ]  # fmt: skip


def growing(name: str, about: str, *stages: tuple[bytes, dict]) -> Entry:
    return Entry(name, about, [Stage({FILE: data}, tags) for data, tags in stages])


def unfinished() -> list[Entry]:
    two = b"".join(TEN[:2])
    done = two + b"".join(TEN[2:4])
    zeros = bytes(200)
    torn = header(300) + b"\x01" * 200
    return [
        growing("F4-torn-in-the-header", "The file ends inside a header, and is completed later.",
                (two + TEN[2][:5], loss(0, 1)), (done, loss(0, 1, 2, 3))),
        growing("F4-torn-in-the-payload", "The file ends inside a payload, and is completed later.",
                (two + TEN[2][:25], loss(0, 1)), (done, loss(0, 1, 2, 3))),
        growing("F4-torn-in-the-checksum", "One byte of the last checksum is missing, and comes later.",
                (two + TEN[2][:-1], loss(0, 1)), (done, loss(0, 1, 2, 3))),
        growing("F4-torn-tail-cut-off", "What was unfinished is cut off, and another record takes its place.",
                (two + TEN[2][:25], loss(0, 1)), (two, loss(0, 1)), (two + TEN[3], loss(0, 1, 3))),
        Entry("K102-torn-and-written-on", "A writer died inside a record, and another goes on behind it.",
              [Stage({FILE: two + TEN[2][:25]}, loss(0, 1)),
               Stage({FILE: two + TEN[2][:25] + TEN[3] + TEN[4]}, loss(0, 1, 3, 4), [(FILE, 2 * SIZE, "K102")])],
                     ("F4",)),
        Entry("F4-torn-tail-written-over", "What was unfinished is written over with damage and whole records.",
              [Stage({FILE: two + torn}, loss(0, 1)),
               Stage({FILE: two + b"x" * 20 + b"".join(TEN[2:6])}, loss(*range(6)), [(FILE, 2 * SIZE, "K101")])],
                     ("K101",)),
        Entry("K403-damage-written-over", "A file that held no record becomes a log.",
              [Stage({FILE: b"No event file yet. " * 9}, {}, [(FILE, 0, "K101")]),
               Stage({FILE: done}, loss(0, 1, 2, 3), [(FILE, 0, "K403")])], ("K101",)),
        growing("F5-zeros-overwritten", "The file ends in zeros that are overwritten with records.",
                (two + zeros, loss(0, 1)), (done + zeros[2 * SIZE :], loss(0, 1, 2, 3)), (done, loss(0, 1, 2, 3))),
        growing("F5-zeros-inside-a-record", "The last record's payload ends in zeros that are overwritten.",
                (two + TEN[2][:20] + bytes(SIZE - 20), loss(0, 1)), (done, loss(0, 1, 2, 3))),
        growing("F5-zeros-only", "A file of zeros that becomes a log.", (zeros, {}), (done, loss(0, 1, 2, 3))),
    ]  # fmt: skip


def recovery() -> list[Entry]:
    bad = [flipped(part, 20) for part in TEN[2:4]]
    # Whole records of no bytes keep the pieces of damage apart.
    many = [part for number in range(101) for part in (flipped(record(bytes([8])), 14), record(b""))]
    told = [(FILE, at, "K102") for at in starts(many)[::2]][:100]
    fake = header(0)[:11] + b"?"
    return [
        one("F3-two-in-a-row", "Two damaged records without a whole one between them are one piece of damage.",
            [*TEN[:2], *bad, *TEN[4:6]], loss(0, 1, 4, 5), (2 * SIZE, "K102"), also="K102"),
        one("F3-no-event-behind-damage", "What follows damage must be an event, or it belongs to the damage.",
            [*TEN[:2], bad[0], record(b"\x0f no event"), *TEN[4:6]], loss(0, 1, 4, 5), (2 * SIZE, "K102"), also="K102"),
        one("F3-half-a-header-inside", "The damage holds bytes that are nearly a header.",
            [TEN[0], b"damage" + fake + b"more", *TEN[1:3]], loss(0, 1, 2), (SIZE, "K101"), also="K101"),
        Entry("F6-more-than-a-hundred", "A file with 101 pieces of damage: all are counted, a hundred are told.",
              [Stage({FILE: b"".join([*many, TEN[0]])}, loss(0), told, damage={FILE: 101})], ("K102",)),
    ]  # fmt: skip


def no_events() -> list[Entry]:
    def held(name: str, about: str, payload: bytes) -> Entry:
        return one(name, about, [*TEN[:2], record(payload), *TEN[2:4]], loss(0, 1, 2, 3), (2 * SIZE, "K201"))

    half = bytes_field(5, bytes_field(1, simple("loss", 1.0)) + bytes_field(1, "other" * 9)[:-9])
    packed = bytes_field(8, int_field(1, 1) + bytes_field(5, bytes(5)))
    forged = struct.pack("<Q", 8) + struct.pack("<I", masked(struct.pack("<Q", 8)))
    return [
        held("K201-no-message", "Valid checksums over bytes that are no protobuf message.", b"\x0f no event"),
        held("K201-zeros", "Valid checksums over zeros.", bytes(20)),
        held("K201-value-cut-short", "The event's second value is cut short: its first does not count either.",
             event(half, step=77)),
        held("K201-odd-packed-floats", "A tensor's packed floats are not a multiple of four bytes.",
             event(summary(bytes_field(1, "loss") + packed), step=77)),
        held("K201-group-without-end", "A group that nothing ends.", event(key(50, 3), step=77)),
        held("K201-groups-too-deep", "A hundred and fifty groups inside one another.",
             event(key(50, 3) * 150 + key(50, 4) * 150)),
        held("K201-varint-too-long", "A number of eleven bytes.", b"\x10" + b"\xff" * 10 + b"\x01"),
        held("K201-field-zero", "A field of number 0.", b"\x00\x01" + event(step=77)),
        held("K201-header-inside", "The payload looks like a header.", forged),
    ]  # fmt: skip
