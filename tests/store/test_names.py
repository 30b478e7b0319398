from pathlib import Path

import pytest

from kymo.store.names import UnknownNameError, prefixes, run_name


def test_an_unknown_name_is_a_key_error_that_reads_as_a_sentence():
    error = UnknownNameError("run", "mpl", "/runs", ["cnn", "mlp"])
    assert isinstance(error, KeyError)
    assert str(error) == "There is no run 'mpl' in /runs; near names are 'mlp'."


def test_without_a_near_name_the_first_are_listed():
    known = [f"run {number}" for number in range(11)]
    assert str(UnknownNameError("run", "?", "/runs", known)).endswith("'run 6', 'run 7' and 3 more.")
    assert str(UnknownNameError("run", "?", "/runs", ["one"])) == "There is no run '?' in /runs; there is 'one'."
    assert str(UnknownNameError("run", "?", "/runs", [])) == "There is no run '?' in /runs, which holds none."


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["/a/runs"], [""]),
        (["/a/runs", "/a/old"], ["runs", "old"]),
        (["/a/runs", "/b/runs"], ["a/runs", "b/runs"]),
        (["/x/a/runs", "/y/a/runs", "/z"], ["x/a/runs", "y/a/runs", "z"]),
        (["/", "/a"], ["/", "a"]),
    ],
)
def test_log_directories_get_distinct_prefixes(paths: list[str], names: list[str]):
    assert prefixes([Path(path) for path in paths]) == names


def test_a_name_can_always_be_encoded():
    name = run_name("", b"caf\xe9".decode("utf-8", "surrogateescape"))
    assert name == "caf\\xe9"
    assert name.encode()
