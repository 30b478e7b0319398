"""Which files of a run directory hold events."""

MARK = "tfevents"
_EMPTY_PROFILE_SUFFIX = ".profile-empty"


def is_event_file(name: str) -> bool:
    """Whether a file of this base name holds events.

    Every writer puts "tfevents" somewhere into the name, with its own prefix, host and suffix around it. TensorFlow's
    profiler leaves a marker file without events beside its profiles, which has the same mark. So has the hidden file
    into which rsync and its kin copy before they rename it: read as well, it would show every point twice.

    >>> is_event_file("events.out.tfevents.1700000000.host.4711.0")
    True
    >>> is_event_file("events.out.tfevents.1700000000.host.profile-empty")
    False
    >>> is_event_file(".events.out.tfevents.1700000000.host.4711.0.Wq3xZ7")
    False
    >>> is_event_file("last.pth")
    False
    """
    return MARK in name and not name.endswith(_EMPTY_PROFILE_SUFFIX) and not name.startswith(".")
