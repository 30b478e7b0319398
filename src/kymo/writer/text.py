"""Text, as a string tensor of the text plugin."""

from kymo.writer.bad_input import check_tag, shown


def text_summary(tag: str, text: str) -> bytes:
    """An encoded Summary that holds one text, under the tag that torch gives it.

    Raises:
        TypeError: `tag` or `text` is no string.
        ValueError: `tag` or `text` cannot be stored as UTF-8.
    """
    from kymo.format.messages import Summary, SummaryMetadata, TensorProto, TensorShapeProto, TextPluginData

    check_tag(tag)
    if not isinstance(text, str):
        raise TypeError(f"text {shown(text)} for tag {tag!r} is not a string: pass str(value)")
    try:
        encoded = text.encode()
    except UnicodeEncodeError:
        raise ValueError(f"text {shown(text)} for tag {tag!r} has a lone surrogate, UTF-8 cannot store it") from None
    plugin_data = SummaryMetadata.PluginData(plugin_name="text", content=TextPluginData(version=0).SerializeToString())
    value = Summary.Value(
        tag=tag + "/text_summary",
        metadata=SummaryMetadata(plugin_data=plugin_data),
        tensor=TensorProto(
            dtype="DT_STRING",
            string_val=[encoded],
            tensor_shape=TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)]),
        ),
    )
    serialized: bytes = Summary(value=[value]).SerializeToString()
    return serialized
