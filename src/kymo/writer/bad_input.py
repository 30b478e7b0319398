"""How a value that cannot be logged is shown in the error about it."""


def shown(value: object) -> str:
    """The value as it would be typed, cut to a readable length, with its type."""
    try:
        text = repr(value)
    except Exception:  # a class' own code, or an integer of too many digits
        text = "a value without repr"
    if len(text) > 80:
        text = text[:77] + "..."
    return f"{text} ({type(value).__name__})"


def check_tag(tag: object) -> None:
    if not isinstance(tag, str):
        raise TypeError(f"tag {shown(tag)} is not a string")
    try:
        tag.encode()
    except UnicodeEncodeError:
        raise ValueError(f"tag {shown(tag)} has a lone surrogate, which UTF-8 cannot store") from None
