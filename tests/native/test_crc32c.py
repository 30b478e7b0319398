"""CRC-32C against published vectors, a bit-by-bit model and itself in pieces."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from kymo import _core


def crc32c_by_bits(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def test_published_vectors() -> None:
    vectors = {
        b"": 0,
        b"123456789": 0xE3069283,
        bytes(32): 0x8A9136AA,
        b"\xff" * 32: 0x62A8AB43,
        bytes(range(32)): 0x46DD794E,
        bytes(range(31, -1, -1)): 0x113FDB5C,
    }
    for data, crc in vectors.items():
        assert _core.crc32c(data) == crc
        assert _core.crc32c_table(data) == crc


def test_masked_vectors() -> None:
    assert _core.mask_crc(_core.crc32c(b"\x1a\x11CRC test, one two")) == 0x5794D08A
    assert _core.mask_crc(_core.crc32c((24).to_bytes(8, "little"))) == int.from_bytes(b"\xa3\x7f\x4b\x22", "little")


def test_implementation_is_named() -> None:
    assert _core.crc32c_implementation() in {"sse4.2", "armv8", "table"}


@given(st.binary(max_size=300))
def test_agrees_with_the_definition(data: bytes) -> None:
    assert _core.crc32c(data) == _core.crc32c_table(data) == crc32c_by_bits(data)


@given(st.integers(0, 40_000), st.randoms(use_true_random=False), st.integers(0, 16))
def test_implementations_agree_at_every_length_and_alignment(size: int, random: Random, offset: int) -> None:
    data = random.randbytes(size + offset)[offset:]
    assert _core.crc32c(data) == _core.crc32c_table(data)


@given(st.binary(max_size=5000), st.data())
def test_continues_from_an_earlier_checksum(data: bytes, draw: st.DataObject) -> None:
    cut = draw.draw(st.integers(0, len(data)))
    assert _core.crc32c(data[cut:], _core.crc32c(data[:cut])) == _core.crc32c(data)
    assert _core.crc32c_table(data[cut:], _core.crc32c_table(data[:cut])) == _core.crc32c(data)
