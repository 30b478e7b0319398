"""What the files of a run directory are called that a training writes or looks for beside its events."""

BEST_FILE = "bestmodel.pth"
LAST_FILE = "last.pth"
# Its presence asks for a soft stop.
STOP_FILE = "STOP"
# Holds other requests to a run that goes on, and in it what the run has answered.
CONTROL_DIRECTORY = "control"
DONE_DIRECTORY = "done"
