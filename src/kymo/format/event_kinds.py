"""What happens to a run beside its numbers: logged as texts, and read back as its timeline."""

from typing import Literal, get_args

EventKind = Literal["start", "best", "control", "stop"]
EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)

_GROUP = "events/"
_TEXT_SUFFIX = "/text_summary"  # `add_text` puts it behind the tag, as PyTorch's does


def event_tag(kind: EventKind) -> str:
    """The tag that events of a kind are logged under.

    >>> event_tag("best")
    'events/best'
    """
    return _GROUP + kind


def read_event_tag(kind: EventKind) -> str:
    """The same tag, as readers of the log see it.

    >>> read_event_tag("best")
    'events/best/text_summary'
    """
    return event_tag(kind) + _TEXT_SUFFIX
