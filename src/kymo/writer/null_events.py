"""An event writer that writes nothing, for `write_to_disk=False`."""


class NullEvents:
    """Takes what `kymo._core.EventWriter` takes."""

    path = ""
    closed = False

    def add_now(self, tag: object, value: object, step: object) -> bool | None:  # noqa: ARG002, the interface
        return None  # the caller checks the arguments

    def add_numbers_now(self, values: object, step: object, read: object) -> bool | None:  # noqa: ARG002, the same
        return None

    def add_scalar(self, tag: str, value: float, step: int, wall_time: float) -> bool:  # noqa: ARG002, the interface
        return False

    add_scalar_tensor = add_scalar_double = add_scalar

    def add_scalars(self, items: list[tuple[str, float]], step: int, wall_time: float) -> bool:  # noqa: ARG002, the same
        return False

    def add_summary(self, summary: bytes, step: int, wall_time: float) -> bool:  # noqa: ARG002, the same
        return False

    def add_event(self, event: bytes) -> bool:  # noqa: ARG002, the same
        return False

    def add_session_start(self, step: int, wall_time: float) -> bool:  # noqa: ARG002, the same
        return False

    def flush(self, sync: bool = False) -> bool:  # noqa: ARG002, the same
        return True

    def begin_flush(self, sync: bool = False) -> int:  # noqa: ARG002, the same
        return 0

    def begin_finish(self) -> int:
        return 0

    def end_flush(self, request: int, sync: bool, patience: float) -> bool:  # noqa: ARG002, the same
        return True

    def begin_close(self) -> None:
        pass

    def close(self) -> bool:
        return True

    def take_notices(self) -> list[str]:
        return []
