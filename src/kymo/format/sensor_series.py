"""Which series are of the machine and of how the training runs on it, rather than of what it learns."""

_GROUPS = ("device", "host", "pipeline", "health")


def is_sensor_series(tag: str) -> bool:
    """Whether a series tells of devices, the host, the data pipeline or the network's health.

    Example:
        >>> is_sensor_series("device/gpu0/power"), is_sensor_series("val/loss"), is_sensor_series("host")
        (True, False, False)
    """
    group, slash, _ = tag.partition("/")
    return bool(slash) and group in _GROUPS
