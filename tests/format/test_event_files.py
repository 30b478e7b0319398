import pytest

from kymo.format.event_files import is_event_file


@pytest.mark.parametrize(
    "name",
    [
        "events.out.tfevents.1700000000.host.4711.0",
        "events.out.tfevents.1700000000.host.v2",
        "events.out.tfevents.1700000000.host.4711.0.suffix",
        "train.tfevents",
        "tfevents",
    ],
)
def test_any_name_with_the_mark_holds_events(name: str):
    assert is_event_file(name)


@pytest.mark.parametrize(
    "name", ["events.out.tfevents.1700000000.host.profile-empty", "last.pth", "events.out", "run.json", ""]
)
def test_other_files_do_not(name: str):
    assert not is_event_file(name)
