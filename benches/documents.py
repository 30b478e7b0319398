"""Writes the figures of README.md and docs/benchmarks.md from the results."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

import figures
from figures import Document, Writer

ROOT = Path(__file__).resolve().parent.parent
# In each document, the tables by the name that their markers bear.
TABLES: dict[str, dict[str, Writer]] = {
    "README.md": {"figures": figures.readme_table},
    "docs/benchmarks.md": {
        "budgets": figures.budget_table,
        "writers": figures.of_bench("add_scalar", figures.writers_table),
        "paced calls": figures.of_bench("paced_call", figures.paced_table),
        "run log": figures.of_bench("run_log", figures.run_log_table),
        "run step": figures.of_bench("run_step", figures.run_step_table),
        "probe cost": figures.of_bench("probe_cost", figures.probe_cost_table),
        "tune": figures.of_bench("tune", figures.tune_table),
        "histogram": figures.of_bench("histogram", figures.histogram_table),
        "watch": figures.of_bench("watch", figures.watch_table),
        "stop file": figures.of_bench("stop_file", figures.stop_file_table),
        "outages": figures.of_bench("outages", figures.outages_table),
        "growth of writing": figures.of_bench("growth_writing", figures.writing_growth),
        "readers": figures.of_bench("load", figures.readers_table),
        "many runs": figures.of_bench("many_runs", figures.many_runs_table),
        "images": figures.of_bench("image_log", figures.image_log_table),
        "growth of reading": figures.of_bench("growth_reading", figures.reading_growth),
        "dashboards": figures.of_bench("beside_tensorboard", figures.dashboards_table),
        "motion": figures.of_bench("panning", figures.motion_table),
        "live memory": figures.of_bench("live_memory", figures.live_memory_table),
    },
}
PLOTS = {"docs/images/growth-writing.svg": "growth_writing", "docs/images/growth-reading.svg": "growth_reading"}


def rewritten(text: str, name: str, table: str) -> str:
    begin = f"<!-- {name}: written by benches/documents.py from benches/results, checked by a test -->\n"
    end = f"<!-- end of {name} -->\n"
    before, rest = text.split(begin)
    return before + begin + table + end + rest.split(end)[1]


def stale_plots() -> list[str]:
    """The plots that were made from other results than those that there are."""
    return [
        f"{plot} is not a plot of benches/results/{name}.json: run `python benches/plots.py`."
        for plot, name in PLOTS.items()
        if (figures.RESULTS / f"{name}.json").exists()
        and figures.digest(name) not in (ROOT / plot).read_text(encoding="utf-8")
    ]


def written(document: str, found: Mapping[str, Document]) -> str:
    text = (ROOT / document).read_text(encoding="utf-8")
    for name, table in TABLES[document].items():
        text = rewritten(text, name, table(found))
    return text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when anything would change")
    check = parser.parse_args().check
    found = figures.documents()
    problems = figures.without_reason(found) + stale_plots()
    for document in TABLES:
        path, after = ROOT / document, written(document, found)
        if not check:
            path.write_text(after, encoding="utf-8")
        elif after != path.read_text(encoding="utf-8"):
            problems.append(f"{document} does not show benches/results: run `python benches/documents.py`.")
    print("\n".join(problems), end="\n" if problems else "", file=sys.stderr)
    return 1 if check and problems else 0


if __name__ == "__main__":
    sys.exit(main())
