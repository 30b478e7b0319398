"""The rules of reading have one name each, in the code and in docs/format.md alike."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_CODE = re.compile(r'"(K\d{3})"')
_ROW = re.compile(r"^\| (K\d{3}) \|", re.MULTILINE)


def codes(*patterns: str) -> list[str]:
    files = [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]
    return [code for path in files for code in _CODE.findall(path.read_text(encoding="utf-8"))]


def test_every_rule_is_documented_and_every_documented_rule_exists():
    documented = _ROW.findall((ROOT / "docs/format.md").read_text(encoding="utf-8"))
    assert documented == sorted(set(documented))
    assert set(documented) == set(codes("native/**/*.h", "native/**/*.cpp", "src/kymo/store/*.py"))


def test_every_rule_of_the_core_is_named_once():
    named = codes("native/**/*.h", "native/**/*.cpp")
    assert named
    assert sorted(named) == sorted(set(named))
