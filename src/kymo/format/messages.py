"""The messages of event files as protobuf classes: `from kymo.format.messages import Event, Summary`.

They are built in a pool of their own, so that neither the generated code of another package nor its version can clash
with them. Importing this module loads protobuf: import it where a message is needed.
"""

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kymo.format.schema import SCHEMA

if TYPE_CHECKING:
    from google.protobuf.descriptor_pb2 import FileDescriptorProto

_SCALAR_TYPES = {
    "double": 1, "float": 2, "int64": 3, "uint64": 4, "int32": 5, "bool": 8, "string": 9, "bytes": 12, "uint32": 13,
}  # fmt: skip
_MESSAGE, _ENUM = 11, 14
_OPTIONAL, _REPEATED = 1, 3


def __getattr__(name: str) -> Any:
    if name not in MESSAGES:
        raise AttributeError(f"module {__name__!r} has no message {name!r}")
    return MESSAGES[name]


def _build() -> dict[str, Any]:
    from google.protobuf import struct_pb2
    from google.protobuf.descriptor_pool import DescriptorPool
    from google.protobuf.message_factory import GetMessageClass

    pool = DescriptorPool()
    pool.AddSerializedFile(struct_pb2.DESCRIPTOR.serialized_pb)
    classes = {}
    for file in _files():
        pool.AddSerializedFile(file.SerializeToString())
        for message in file.message_type:
            classes[message.name] = GetMessageClass(pool.FindMessageTypeByName(f"{file.package}.{message.name}"))
    return classes


def _files() -> "list[FileDescriptorProto]":
    """One file for each package of the schema."""
    from google.protobuf.descriptor_pb2 import FileDescriptorProto

    files: list[FileDescriptorProto] = []
    for block in SCHEMA.strip().split("\n\n"):
        (kind, name), *lines = (line.split() for line in block.splitlines())
        if kind == "package":
            files.append(
                FileDescriptorProto(
                    name=f"kymo/{name}.proto",
                    package=name,
                    syntax="proto3",
                    dependency=["google/protobuf/struct.proto", *(file.name for file in files)],
                )
            )
        elif kind == "enum":
            _add_enum(files[-1], name, lines)
        else:
            _add_message(files[-1], name, lines)
    return files


def _scope(file: "FileDescriptorProto", path: str) -> "tuple[Any, str]":
    """The file or message that holds what `path` names, and the last part of the path."""
    *outer, name = path.split(".")
    scope: Any = file
    for part in outer:
        nested = scope.message_type if scope is file else scope.nested_type
        scope = next(message for message in nested if message.name == part)
    return scope, name


def _add_enum(file: "FileDescriptorProto", path: str, lines: list[list[str]]) -> None:
    scope, name = _scope(file, path)
    enum = scope.enum_type.add(name=name)
    for number, value in lines:
        enum.value.add(name=value, number=int(number))


def _add_message(file: "FileDescriptorProto", path: str, lines: list[list[str]]) -> None:
    scope, name = _scope(file, path)
    message = (scope.message_type if scope is file else scope.nested_type).add(name=name)
    for number, field_name, kind, *oneof in lines:
        field = message.field.add(name=field_name, number=int(number), label=_OPTIONAL)
        if kind.startswith("map<"):
            _fill_map(file, path, message, field, kind)
            continue
        if kind.endswith("[]"):
            field.label = _REPEATED
        _fill_type(file, field, kind.removesuffix("[]"))
        if oneof:
            if oneof[0] not in [group.name for group in message.oneof_decl]:
                message.oneof_decl.add(name=oneof[0])
            field.oneof_index = [group.name for group in message.oneof_decl].index(oneof[0])


def _fill_type(file: "FileDescriptorProto", field: Any, kind: str) -> None:
    if kind in _SCALAR_TYPES:
        field.type = _SCALAR_TYPES[kind]
        return
    is_enum = kind.startswith("enum:")
    field.type = _ENUM if is_enum else _MESSAGE
    kind = kind.removeprefix("enum:")
    field.type_name = f".{kind}" if kind.startswith("google.") else f".{file.package}.{kind}"


def _fill_map(file: "FileDescriptorProto", path: str, message: Any, field: Any, kind: str) -> None:
    key_kind, value_kind = kind.removeprefix("map<").removesuffix(">").split(",")
    entry_name = "".join(part.capitalize() for part in field.name.split("_")) + "Entry"
    entry = message.nested_type.add(name=entry_name)
    entry.options.map_entry = True
    for number, name, part in ((1, "key", key_kind), (2, "value", value_kind)):
        _fill_type(file, entry.field.add(name=name, number=number, label=_OPTIONAL), part)
    field.label = _REPEATED
    field.type = _MESSAGE
    field.type_name = f".{file.package}.{path}.{entry_name}"


# Name -> class of every top-level message. Built while the module is imported, which only one thread can do: classes
# of different pools cannot be put into one another.
MESSAGES = MappingProxyType(_build())
