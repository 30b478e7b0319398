"""What is kept of a training: the best model, and all that resuming needs."""

from kymo.train.checkpoints.best_model import BestModel, load_model
from kymo.train.checkpoints.errors import CheckpointError
from kymo.train.checkpoints.last_checkpoint import LastCheckpoint, Stateful

__all__ = ["BestModel", "CheckpointError", "LastCheckpoint", "Stateful", "load_model"]
