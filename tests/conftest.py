import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# `waiting` is a module of all tests; last, so that it stands in no other's way.
sys.path.append(str(Path(__file__).parent))


@pytest.fixture(autouse=True, scope="session")
def interrupts_arrive() -> None:
    """What tests start hears Ctrl+C, also where the shell that started them ignores it, as it does after `&`."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the tests keep of logs that they read does not go to the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield
