"""Record a PyTorch training run, watch it live, and know what is wrong with it.

The public names are loaded when they are first used, so that `import kymo` costs next to nothing.
"""

__version__ = "0.1.0"
__all__ = [
    "BestModel",
    "CheckpointError",
    "Deadline",
    "DeviceSampler",
    "Diverged",
    "EarlyStopping",
    "Fired",
    "History",
    "LastCheckpoint",
    "MaxEpochs",
    "MaxSteps",
    "MaxTime",
    "ModelWatch",
    "Outcome",
    "Progress",
    "Run",
    "StopCondition",
    "StopConditions",
    "StopFile",
    "StopSignals",
    "SummaryWriter",
    "__version__",
    "fit",
    "load_model",
    "open",
    "tune",
]

# What a type checker reads is what __getattr__ loads.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from kymo.probe.device_sampler import DeviceSampler
    from kymo.probe.model.model_watch import ModelWatch
    from kymo.store import open
    from kymo.train.checkpoints import BestModel, CheckpointError, LastCheckpoint, load_model
    from kymo.train.fit import fit
    from kymo.train.history import History
    from kymo.train.run import Run
    from kymo.train.stopping import (
        Deadline,
        Diverged,
        EarlyStopping,
        Fired,
        MaxEpochs,
        MaxSteps,
        MaxTime,
        Outcome,
        Progress,
        StopCondition,
        StopConditions,
        StopFile,
        StopSignals,
    )
    from kymo.train.tuning.tune import tune
    from kymo.writer import SummaryWriter

_HOMES = {
    "SummaryWriter": "kymo.writer",
    "DeviceSampler": "kymo.probe.device_sampler",
    "ModelWatch": "kymo.probe.model.model_watch",
    "open": "kymo.store",
    "Run": "kymo.train.run",
    "fit": "kymo.train.fit",
    "tune": "kymo.train.tuning.tune",
    "History": "kymo.train.history",
    "BestModel": "kymo.train.checkpoints",
    "CheckpointError": "kymo.train.checkpoints",
    "LastCheckpoint": "kymo.train.checkpoints",
    "load_model": "kymo.train.checkpoints",
    "Deadline": "kymo.train.stopping",
    "Diverged": "kymo.train.stopping",
    "EarlyStopping": "kymo.train.stopping",
    "Fired": "kymo.train.stopping",
    "MaxEpochs": "kymo.train.stopping",
    "MaxSteps": "kymo.train.stopping",
    "MaxTime": "kymo.train.stopping",
    "Outcome": "kymo.train.stopping",
    "Progress": "kymo.train.stopping",
    "StopCondition": "kymo.train.stopping",
    "StopConditions": "kymo.train.stopping",
    "StopFile": "kymo.train.stopping",
    "StopSignals": "kymo.train.stopping",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'kymo' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(globals().keys() | set(__all__))
