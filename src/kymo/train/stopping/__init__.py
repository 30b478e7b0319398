"""What ends a training, each part usable alone."""

from kymo.format.duration_text import duration_text
from kymo.train.stopping.agreement import Agreement, alone
from kymo.train.stopping.condition import Closeness, Progress, StopCondition
from kymo.train.stopping.deadline import Deadline
from kymo.train.stopping.diverged import Diverged
from kymo.train.stopping.duration import to_seconds
from kymo.train.stopping.early_stopping import EarlyStopping
from kymo.train.stopping.fired import Fired
from kymo.train.stopping.max_epochs import MaxEpochs
from kymo.train.stopping.max_steps import MaxSteps
from kymo.train.stopping.max_time import MaxTime
from kymo.train.stopping.missing_metric import MissingMetricError
from kymo.train.stopping.outcome import Best, Outcome
from kymo.train.stopping.reason import EXIT_CODES, Reason
from kymo.train.stopping.signals import StopSignals
from kymo.train.stopping.stop_conditions import StopConditions
from kymo.train.stopping.stop_file import StopFile
from kymo.train.stopping.stop_request import StopRequest
from kymo.train.stopping.worker_shield import shield_worker, shield_workers

__all__ = [
    "EXIT_CODES",
    "Agreement",
    "Best",
    "Closeness",
    "Deadline",
    "Diverged",
    "EarlyStopping",
    "Fired",
    "MaxEpochs",
    "MaxSteps",
    "MaxTime",
    "MissingMetricError",
    "Outcome",
    "Progress",
    "Reason",
    "StopCondition",
    "StopConditions",
    "StopFile",
    "StopRequest",
    "StopSignals",
    "alone",
    "duration_text",
    "shield_worker",
    "shield_workers",
    "to_seconds",
]
