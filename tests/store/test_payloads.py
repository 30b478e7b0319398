from pathlib import Path

from kymo.store.payloads import PayloadError, Place, read_payloads


def test_bytes_are_read_where_they_lie(tmp_path: Path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"0123456789")
    two.write_bytes(b"abcdef")
    places = [Place(str(one), 2, 3), Place(str(two), 0, 6), Place(str(one), 9, 1), Place(str(one), 4, 0)]
    assert [content for _, content in read_payloads(places)] == [b"234", b"abcdef", b"9", b""]


def test_what_cannot_be_had_says_why_and_costs_only_itself(tmp_path: Path):
    file = tmp_path / "file"
    file.write_bytes(b"0123456789")
    places = [
        Place(str(file), 8, 3),
        Place(str(tmp_path / "absent"), 0, 1),
        Place(str(tmp_path), 0, 1),
        Place(str(file), 0, 1 << 62),
        Place(str(file), 0, 2),
    ]
    contents = [content for _, content in read_payloads(places)]
    assert contents[-1] == b"01"
    causes = [str(content) for content in contents[:-1] if isinstance(content, PayloadError)]
    assert len(causes) == 4
    assert "ends at byte 10" in causes[0]
    assert "cannot be opened" in causes[1]
    assert "more than a record can hold" in causes[3]
