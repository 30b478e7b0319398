"""The rules of reading have one name each: in docs/format.md, in the code, in the corpus and so in its tests."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
_CODE = re.compile(r'"(K\d{3})"')
_ROW = re.compile(r"^\| (K\d{3}) \|", re.MULTILINE)
_ITEM = re.compile(r"^- \*\*([FVM]\d+)\*\* ", re.MULTILINE)
# Failures of the file system, which no file can show.
NOT_IN_FILES = {"K401", "K501", "K505"}

FORMAT = (ROOT / "docs/format.md").read_text(encoding="utf-8")
TOLD, OTHERS = _ROW.findall(FORMAT), _ITEM.findall(FORMAT)
ENTRIES: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "tests/corpus/files").glob("*.json"))
    if not path.name.endswith((".run.json", ".notes.json"))
}


def codes(*patterns: str) -> list[str]:
    files = [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]
    return [code for path in files for code in _CODE.findall(path.read_text(encoding="utf-8"))]


def test_rules_are_numbered_without_gaps():
    assert sorted(set(TOLD)) == TOLD
    for letter in "FVM":
        numbers = [int(rule[1:]) for rule in OTHERS if rule[0] == letter]
        assert numbers == list(range(1, len(numbers) + 1))


def test_every_rule_that_is_told_is_documented_and_every_documented_one_is_told():
    assert set(TOLD) == set(codes("native/**/*.h", "native/**/*.cpp", "src/kymo/store/*.py"))


def test_every_rule_of_the_core_is_named_once():
    named = codes("native/**/*.h", "native/**/*.cpp")
    assert named
    assert sorted(named) == sorted(set(named))


@pytest.mark.parametrize("rule", [*OTHERS, *TOLD])
def test_every_rule_has_a_corpus_entry(rule: str):
    named_after = [name for name in ENTRIES if name.split("-")[0] == rule]
    assert bool(named_after) != (rule in NOT_IN_FILES)


@pytest.mark.parametrize("rule", sorted(NOT_IN_FILES))
def test_what_no_file_can_show_is_tested_otherwise(rule: str):
    assert rule in codes("tests/native/*.py", "tests/store/*.py")
    assert f"{rule}" in FORMAT.split("## The corpus")[1]


@pytest.mark.parametrize("name", ENTRIES)
def test_every_corpus_entry_names_the_rules_it_shows(name: str):
    entry = ENTRIES[name]
    assert name.split("-")[0] == entry["rules"][0]
    assert set(entry["rules"]) <= {*OTHERS, *TOLD}
    told = {rule for stage in entry["stages"] for _, _, rule in stage["warnings"]}
    assert told == {rule for rule in entry["rules"] if rule.startswith("K")}
    assert entry["about"].endswith(".")


def test_every_key_of_the_corpus_is_documented():
    keys = {key for entry in ENTRIES.values() for key in entry}
    stages = [stage for entry in ENTRIES.values() for stage in entry["stages"]]
    keys |= {key for stage in stages for key in stage}
    keys |= {key for stage in stages for tag in stage["tags"].values() for key in tag}
    described = set(re.findall(r"`(\w+)`", FORMAT.split("## The corpus")[1]))
    assert keys <= described
