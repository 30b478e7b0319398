"""What the front of a run answers and takes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from kymo.format.control_request import Verb
from kymo.format.event_kinds import EventKind
from kymo.insight.finding import Severity
from kymo.insight.saturation import Verdict
from kymo.server.models import Model, Name, Number
from kymo.store.edits.requests import After
from kymo.store.standing import State

MAX_VALUE = 200


class Progress(Model):
    """How far a run has come, as it says."""

    epoch: int = Field(description="Epochs that are complete.")
    epochs: int | None = Field(description="How many there shall be.")
    batch: int = Field(description="Batches that are complete of the epoch that goes on.")
    batches: int | None = Field(description="How many that has.")
    step: int
    fraction: float | None = Field(description="From 0 to 1, where it is known.")


class BestValue(Model):
    """The best value of a metric."""

    monitor: str
    mode: Literal["min", "max"] | None
    value: Number
    epoch: int | None
    step: int | None
    at: float | None = Field(description="When it was logged, in seconds since the epoch.")


class Condition(Model):
    """A stop condition, and how near it is."""

    name: str
    fraction: float = Field(description="From 0 to 1, met.")
    text: str


class Checkpoint(Model):
    """A checkpoint in the run directory."""

    name: str
    bytes: int
    at: float = Field(description="When it was written, in seconds since the epoch.")
    step: int | None = Field(description="The step of the model in it, where the run tells.")


class RunEvent(Model):
    """Something that has happened to a run."""

    kind: EventKind
    step: int
    wall_time: Number
    text: str
    superseded: bool = Field(description="A restart went on from before it.")


class Prospect(Model):
    """What more epochs would bring."""

    tag: str
    verdict: Verdict
    text: str


class AskedOf(Model):
    """A request to a run."""

    id: str
    request: str = Field(description="As one would type it.")
    by: str
    asked: float = Field(description="Seconds since the epoch.")
    status: Literal["waiting", "done", "refused"]
    text: str | None = Field(description="The answer.")
    answered: float | None


class Setting(Model):
    """Something that may be set while a run goes on."""

    name: str
    value: str


class Offers(Model):
    """What may be asked of a run beside stopping."""

    verbs: list[str]
    settings: list[Setting]


class Front(Model):
    """Everything that the front of a run shows but its curves."""

    run: str
    now: float = Field(description="The server's time; all times are seconds since the epoch.")
    state: State
    text: str = Field(description="How it is doing, a sentence.")
    started: float | None
    ended: float | None
    told: float | None = Field(description="When its loop last said where it stands.")
    progress: Progress | None
    ends_at: float | None = Field(description="When it will have ended, unless something ends it earlier.")
    ends_by: str | None = Field(description="What will end it then: epochs, or a stop condition.")
    best: list[BestValue]
    conditions: list[Condition]
    checkpoints: list[Checkpoint]
    curves: list[str] = Field(description="The scalar tags that say most about it.")
    prospects: list[Prospect]
    config: Any | None
    command: list[str]
    commit: str | None
    directory: str | None
    host: str | None
    pid: int | None
    versions: dict[str, str]
    resume: str | None = Field(description="How to go on.")
    exit_code: int | None
    events: list[RunEvent] = Field(description="The newest, the newest last.")
    events_total: int
    stop_asked: After | None = Field(description="A request to stop that the run has not taken up.")
    requests: list[AskedOf] = Field(description="The newest, the newest first.")
    can_stop: bool
    offers: Offers | None


class Evidence(Model):
    """A number that a finding rests on."""

    tag: str = Field(description="The series, as a rule one of the run.")
    value: Number
    description: str = Field(description='What the series says, in what unit; "" where it does not tell.')


class FindingEntry(Model):
    """One thing that holds a run back, or that nothing does."""

    cause: str = Field(description="What it is, as a word for programs.")
    severity: Severity
    text: str = Field(description="What it is, a sentence.")
    evidence: list[Evidence]
    confidence: Number = Field(description="How sure it is, from 0 to 1.")
    advice: str = Field(description='What to change; "" where nothing is to be changed.')
    gain: Number | None = Field(description="How many times as fast the training could be at most, once it is mended.")
    experiment: str = Field(description='What would make surer; "" where it is sure.')
    since: Number | None = Field(description="When it began, in seconds since the epoch, where that is known.")
    why: str = Field(description='Why it matters, a paragraph; "" where that goes without saying.')
    layers: list[str] = Field(description="The parameters or modules of the network that it is about.")


class Findings(Model):
    """What holds a run back, what matters most first."""

    run: str
    measured: bool = Field(description="Whether the run tells where the time of its steps goes.")
    current: bool = Field(description="Whether nothing has come since; where something has, ask again in a second.")
    total: int
    findings: list[FindingEntry]


class StopRequest(Model):
    """Asks a run to end softly."""

    run: Name
    after: After = "batch"


class Stopping(Model):
    """The run is asked."""

    after: After


class ControlRequest(Model):
    """Asks something else of a run that goes on."""

    run: Name
    verb: Verb
    name: Annotated[Name, Field(max_length=MAX_VALUE)] | None = None
    value: Annotated[Name, Field(max_length=MAX_VALUE)] | None = None


class Control(Model):
    """The run is asked."""

    id: str
