"""The bench of histograms measures each library, and claims only what both were measured at."""

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")


@pytest.mark.parametrize("library", ["kymo", "torch", "tensorboardX"])
def test_every_library_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    import histogram

    monkeypatch.setattr(histogram, "MOST", 4)
    found = histogram.measure(library, 1000, "all cores", tmp_path)
    assert 3 <= found["calls"] <= 4
    assert 0 < found["ms"] < 10_000
    assert found["bytes"] > 100


def rows(**milliseconds: float) -> list[dict[str, Any]]:
    import histogram

    return [
        histogram.row(library, histogram.LARGE, cores, [dict.fromkeys(("ms", "cpu", "calls", "bytes", "peak"), ms)], [])
        for library, ms in milliseconds.items()
        for cores in histogram.CORES
    ]


def test_kymo_is_held_against_torch_on_all_cores_and_on_one() -> None:
    import histogram

    made = histogram.claims(rows(kymo=20.0, torch=160.0))
    assert [(row["claim"], row["value"], row["kept"]) for row in made] == [
        ("histogram of 10 M float32 on the CPU: kymo / torch", 0.125, False),
        ("histogram of 10 M float32 on the CPU, on one core: kymo / torch", 0.125, False),
    ]
    assert all(row["kept"] for row in histogram.claims(rows(kymo=16.0, torch=160.0)))
    assert histogram.claims(rows(kymo=16.0)) == []


def test_the_table_has_a_line_for_each_case() -> None:
    from figures import histogram_table

    table = histogram_table({"histogram": {"rows": rows(kymo=16.0, torch=160.0)}})
    assert len(table.strip().splitlines()) == 2 + 4
    assert table.splitlines()[2].startswith("| kymo | all cores | 10,000,000 | 16 | 16 | 1.6 |")
