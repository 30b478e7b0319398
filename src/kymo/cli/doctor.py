"""`kymo doctor`: what holds a training back."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kymo.cli.directories import checked_directories
from kymo.cli.misuse import misuse

if TYPE_CHECKING:
    from kymo.insight.finding import Finding

_MARKS = {"good": "✓", "notice": "·", "warning": "!", "critical": "!!"}


def doctor(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The run directory.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    evidence: Annotated[bool, typer.Option("--evidence", help="Print the numbers behind each finding.")] = False,
    why: Annotated[bool, typer.Option("--why", help="Print why each finding matters.")] = False,
) -> None:
    """Say what holds a training back or keeps it from learning, how sure that is, what to change, what it would gain.

    Example: `kymo doctor runs/mlp`, or with the numbers: `kymo doctor runs/mlp --evidence`
    """
    from kymo.insight.diagnosis import diagnosed
    from kymo.store import Logs

    (directory,) = checked_directories([run])
    with Logs([directory]) as logs:
        logs.refresh()
        found = logs.get(".")
        if found is None:
            below = f": it holds {len(logs)} of them, name one" if logs else ": name the directory of one"
            misuse(f"{run!r} is no run{below}.")
        findings = diagnosed(found)
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2, default=dict))
    else:
        print("\n\n".join(told(finding, evidence=evidence, why=why) for finding in findings))


def told(finding: Finding, *, evidence: bool = False, why: bool = False) -> str:
    """A finding as lines for a terminal, with the numbers behind it, and why it matters, where they are wanted."""
    lines = [f"{_MARKS[finding.severity]} {finding.text}"]
    if finding.advice:
        lines.append(finding.advice)
    sure = f"{100 * finding.confidence:.0f} % sure"
    if finding.since is not None:
        sure += f", since {datetime.fromtimestamp(finding.since):%Y-%m-%d %H:%M:%S}"
    gain = "" if finding.gain is None else f"at most {finding.gain:.2g} times as fast, "
    lines.append(f"{gain}{sure}." if finding.advice else f"{sure}.")
    if finding.experiment:
        lines.append(f"To be surer: {finding.experiment}")
    if why and finding.why:
        lines.append(f"Why: {finding.why}")
    if evidence:
        lines += [f"  {tag} {_number(value)}" for tag, value in finding.evidence.items()]
    return "\n   ".join(lines)


def _number(value: Any) -> str:
    return f"{value:.4g}"
