"""A scalar that says what it is: with a display name or a description."""

from kymo.writer.bad_input import shown


def described_scalar_summary(
    tag: str, value: float, *, tensor: bool, double: bool, display_name: str, description: str
) -> bytes:
    """An encoded Summary that holds one scalar, its display name and its description (Markdown).

    Raises:
        TypeError: The name or the description is no string.
    """
    from kymo.format.messages import Summary, SummaryMetadata, TensorProto

    for text in (display_name, description):
        if not isinstance(text, str):
            raise TypeError(f"display_name or summary_description {shown(text)} for tag {tag!r} is not a string")
    message = Summary.Value(
        tag=tag,
        metadata=SummaryMetadata(
            plugin_data=SummaryMetadata.PluginData(plugin_name="scalars"),
            display_name=display_name,
            summary_description=description,
        ),
    )
    if double:
        message.tensor.CopyFrom(TensorProto(dtype="DT_DOUBLE", double_val=[value]))
    elif tensor:
        message.tensor.CopyFrom(TensorProto(dtype="DT_FLOAT", float_val=[value]))
    else:
        message.simple_value = value
    serialized: bytes = Summary(value=[message]).SerializeToString()
    return serialized
