"""Who put a file."""


def user_name(uid: int) -> str:
    """The name of the user with this number, or the number where the machine knows no name.

    >>> user_name(0), user_name(4_000_000_001)
    ('root', '4000000001')
    """
    try:
        import pwd

        return pwd.getpwuid(uid).pw_name
    except (ImportError, KeyError):
        return str(uid)  # a container may know no names
