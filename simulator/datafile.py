"""YAML data files checked against a JSON Schema, with errors that name file, line and expectation.

Rules, faults, scenarios, test people and plans are data. Whoever edits one by hand gets every problem of
the file at once, each with its place.
"""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from importlib.resources.abc import Traversable

Check = Callable[[Any], "Iterable[tuple[Sequence[str | int], str]]"]
"""Yields where in the data something is wrong (keys and indexes from the top) and what was expected."""

MAX_BYTES = 4 * 1024 * 1024
"""A data file larger than this is refused unread: nothing we ship or expect comes near."""

MAX_NODES = 20_000
"""Most values, keys included, of a data file: seven times the largest one of ours. Reading one costs fifty microseconds."""
MAX_PROBLEMS = 100
"""Most problems told of one file."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a data file."""

    line: int
    """1-based; 0 when the file as a whole is meant."""
    column: int
    """1-based; 0 when the file as a whole is meant."""
    path: str
    """Where in the document, such as ``rules[2].title.fr``; empty for the document itself."""
    message: str
    """What was expected and what came."""


class DataFileError(Exception):
    """A data file cannot be used. ``problems`` holds everything found, in file order."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        """Keep the name of the file and what is wrong with it."""
        self.source = source
        self.problems = tuple(problems)
        super().__init__("\n".join(self.lines()))

    def lines(self) -> Iterator[str]:
        """Yield one line per problem: ``file:line:column: where: expectation``."""
        for problem in self.problems:
            place = f"{self.source}:{problem.line}:{problem.column}" if problem.line else self.source
            where = f"{problem.path}: " if problem.path else ""
            yield f"{place}: {where}{problem.message}"


def load_yaml(
    path: Path | Traversable, schema: Mapping[str, Any] | None = None, check: Check | None = None
) -> Any:
    """Read one YAML file and return its data.

    Args:
        path: the file; UTF-8.
        schema: a JSON Schema (2020-12) that the data must satisfy.
        check: what a schema cannot say; given data that satisfies it.

    Raises:
        DataFileError: the file is missing, too large, not UTF-8, not YAML, has a duplicate key, or does
            not satisfy the schema or the check.
    """
    source = str(path)
    try:
        content = read_regular(path, MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise _refused(source, f"cannot be read: {reason}") from error
    return parse_yaml(content, source, schema, check)


def read_regular(path: Path | Traversable, most: int) -> bytes:
    """Return the first bytes of a file. What is no file, such as a pipe, which may never end, is not opened.

    Raises:
        OSError: it is missing, no regular file, or cannot be read.
    """
    if isinstance(path, Path) and path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "expected a regular file, got a folder, a pipe or a device")
    with path.open("rb") as file:
        return bytes(file.read(most))


def parse_yaml(
    content: bytes,
    source: str,
    schema: Mapping[str, Any] | None = None,
    check: Check | None = None,
) -> Any:
    """Parse YAML bytes; ``source`` names them in errors. See ``load_yaml``."""
    if len(content) > MAX_BYTES:
        raise _refused(source, f"expected at most {MAX_BYTES} bytes, got more")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"expected UTF-8, got byte 0x{content[error.start]:02X}; save the file as UTF-8"
        raise _refused(source, message, content.count(b"\n", 0, error.start) + 1, 1) from error
    try:
        loader, node = _composed(text)
        problems = list(islice(_structure_problems(node, ""), MAX_PROBLEMS)) if node is not None else []
        if problems:
            raise DataFileError(source, problems)
        data = None if node is None else loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise _refused(source, f"not YAML: {error.problem}{_yaml_remedy(error)}", *place) from error
    except yaml.reader.ReaderError as error:
        message = f"not YAML: character U+{ord(text[error.position]):04X} is not allowed"
        raise _refused(source, message, text.count("\n", 0, error.position) + 1, 1) from error
    except yaml.YAMLError as error:
        raise _refused(source, f"not YAML: {error}") from error
    except RecursionError as error:
        raise _refused(source, "nested too deeply") from error
    if schema is not None:
        errors = _validator(json.dumps(schema)).iter_errors(data)
        _raise_found(source, node, ((error.absolute_path, _explain(error)) for error in errors))
    if check is not None:
        _raise_found(source, node, check(data))
    return data


def data_problems(data: Any, schema: Mapping[str, Any], check: Check | None = None) -> list[str]:
    """Return what is wrong with data that came as JSON, in the words of a file: ``rules[2].title.fr: expected …``.

    The arguments are those of ``load_yaml``; ``check`` sees data that satisfies the schema only.
    """
    if _has_too_many(data):
        return [f"expected at most {MAX_NODES} values, got more"]
    found: list[tuple[Sequence[str | int], str]] = [
        (list(error.absolute_path), _explain(error))
        for error in islice(_validator(json.dumps(schema)).iter_errors(data), MAX_PROBLEMS)
    ]
    if not found and check is not None:
        found = list(islice(check(data), MAX_PROBLEMS))
    # One missing key of several is told once for each of them.
    return list(dict.fromkeys(f"{_dotted(path)}: {message}" if path else message for path, message in found))


def _has_too_many(data: Any) -> bool:
    """Return whether data that came as JSON has more values than a file may have."""
    waiting, count = [data], 0
    while waiting:
        each = waiting.pop()
        count += 1
        if isinstance(each, dict):
            count += len(each)
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
        if count + len(waiting) > MAX_NODES:
            return True
    return False


def _refused(source: str, message: str, line: int = 0, column: int = 0) -> DataFileError:
    return DataFileError(source, [Problem(line, column, "", message)])


def _yaml_remedy(error: yaml.MarkedYAMLError) -> str:
    if isinstance(error, (yaml.scanner.ScannerError, yaml.parser.ParserError)):
        return (
            "; look at this line and the one above: spaces and no tab to indent, a space after each : and each -, "
            "brackets and quotes closed, quotes around a text that holds one of : # [ {"
        )
    return ""


def closest(name: str, known: Iterable[str]) -> str:
    """Return a remedy in words when a known name is close, else nothing."""
    close = get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _composed(text: str) -> tuple[Any, yaml.Node | None]:
    """Return a loader of plain data and the tree it made.

    Where libyaml is there it reads, several times as fast; whatever it stumbles over is told by the parser of PyYAML, which
    is everywhere: the words of an error are the same on every machine.
    """
    if yaml.__with_libyaml__:
        with suppress(yaml.YAMLError):
            fast = _FastLoader(text)
            return fast, fast.get_single_node()
    loader = _Loader(text)
    return loader, loader.get_single_node()


if TYPE_CHECKING:
    _Base = yaml.SafeLoader
else:
    _Base = object


class _Strict(_Base):
    """Safe YAML that leaves dates and yes/no alone: ``2014-02-01`` and ``NO`` are strings here.

    Aliases are refused: a few lines of them can stand for gigabytes.
    """

    nodes = 0
    """Composed so far."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            event = self.peek_event()  # type: ignore[no-untyped-call]  # types-PyYAML leaves it bare
            raise yaml.composer.ComposerError(
                None, None, f"expected at most {MAX_NODES} values, got more", event.start_mark
            )
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]  # types-PyYAML leaves it bare
            raise yaml.composer.ComposerError(None, None, "aliases (*name) are not allowed", event.start_mark)
        return super().compose_node(parent, index)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: FBT001, FBT002 - as inherited
        try:
            return super().construct_object(node, deep)
        except (ValueError, KeyError, AttributeError) as error:
            # What PyYAML lets through for values such as "!!int foo" or a number of 5,000 digits.
            problem = f"{str(node.value)[:40]!r} cannot be read as {node.tag.rpartition(':')[2]}"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark) from error


class _Loader(_Strict, yaml.SafeLoader):
    pass


def _begin(loader: Any, text: str) -> None:
    yaml.CSafeLoader.__init__(loader, text)
    yaml.composer.Composer.__init__(loader)


_FastLoader: Any = _Loader
if yaml.__with_libyaml__:
    # Events of libyaml; the tree is made by the composer of PyYAML, with the limits above.
    _FastLoader = type(
        "_FastLoader", (_Strict, yaml.composer.Composer, yaml.CSafeLoader), {"__init__": _begin}
    )


_UNWANTED = {"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool"}
for _each in (_Loader, _FastLoader):
    _each.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag not in _UNWANTED]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    _each.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), ["t", "f"])


def _raise_found(
    source: str, node: yaml.Node | None, found: Iterable[tuple[Sequence[str | int], str]]
) -> None:
    """Raise what was found at each path, in file order; the schema tells one missing key of several twice."""
    problems = {
        Problem(*_place(node, list(path)), _dotted(path), message)
        for path, message in islice(found, MAX_PROBLEMS)
    }
    if problems:
        raise DataFileError(source, sorted(problems, key=lambda each: (each.line, each.column, each.path)))


def _structure_problems(node: yaml.Node, path: str, depth: int = 0) -> Iterator[Problem]:
    """Yield duplicate keys and aliases-by-depth problems, which YAML itself lets pass."""
    if depth > 32:  # noqa: PLR2004 - no data file of ours nests half as deep
        yield Problem(node.start_mark.line + 1, node.start_mark.column + 1, path, "nested too deeply")
        return
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            name = str(key.value)
            line = key.start_mark.line + 1
            here = f"{path}.{name}" if path else name
            if name in seen:
                message = f"duplicate key, first given on line {seen[name]}; put all under one, or remove one"
                yield Problem(line, key.start_mark.column + 1, here, message)
            seen.setdefault(name, line)
            yield from _structure_problems(value, here, depth + 1)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _structure_problems(value, f"{path}[{index}]", depth + 1)


@cache
def _validator(schema: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(schema))


def _place(node: yaml.Node | None, path: list[str | int]) -> tuple[int, int]:
    """Return line and column of the deepest node that the path reaches."""
    while path and node is not None:
        step, *path = path
        child: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            child = next((value for key, value in node.value if key.value == str(step)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            child = node.value[step]
        if child is None:
            break
        node = child
    if node is None:
        return 0, 0
    return node.start_mark.line + 1, node.start_mark.column + 1


def _dotted(path: Sequence[str | int]) -> str:
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else (f".{step}" if text else str(step))
    return text


def _explain(error: jsonschema.ValidationError) -> str:
    got = _short(error.instance)
    got = got if len(got) <= 60 else got[:57] + "..."  # noqa: PLR2004 - a line, not a dump
    expected: Any = error.validator_value
    instance: Any = error.instance
    match error.validator:
        case "required":
            missing = [name for name in expected if name not in instance]
            remedy = _missing_remedy(missing, error.schema)
            return f"expected the key {', '.join(map(repr, missing))}, which is missing{remedy}"
        case "additionalProperties":
            known = sorted(error.schema.get("properties", {})) if isinstance(error.schema, dict) else []
            unknown = sorted(set(instance) - set(known), key=repr)
            listed = ", ".join(map(repr, unknown))
            remedy = closest(str(unknown[0]), known)
            return f"unknown key {listed}; known keys are {', '.join(known)}{remedy}"
        case "enum":
            allowed = list(map(str, expected))
            return f"expected one of {', '.join(allowed)}, got {got}{closest(str(instance), allowed)}"
        case "type":
            return f"expected {expected}, got {got}"
        case "pattern":
            return f"expected text of the form {expected}, got {got}"
        case "minLength":
            return f"expected at least {expected} characters, got {got}"
        case "minItems" | "minProperties":
            return f"expected at least {expected} entries, got {got}"
        case "oneOf" | "anyOf" if isinstance(error.schema, dict) and "description" in error.schema:
            return f"expected {error.schema['description']}, got {got}"
        case _:
            return _explain_bound(error, got)


def _short(value: Any) -> str:
    """Return how a value reads, without reading the whole of a large one."""
    if isinstance(value, (str, list, tuple)):
        return repr(value[:80])
    if isinstance(value, dict):
        return repr(dict(islice(value.items(), 60)))
    return repr(value)


def _missing_remedy(missing: Sequence[str], schema: Any) -> str:
    """Say what to add, for the keys that the schema describes: the first sentence of each description."""
    known = schema.get("properties", {}) if isinstance(schema, dict) else {}
    told = {
        name: known.get(name, {}).get("description", "").partition(". ")[0].rstrip(".") for name in missing
    }
    added = [f"{name} ({text})" for name, text in told.items() if text]
    return f"; add {', '.join(added)}" if added else ""


def _explain_bound(error: jsonschema.ValidationError, got: str) -> str:
    expected: Any = error.validator_value
    instance: Any = error.instance
    match error.validator:
        case "maxItems" | "maxProperties":
            return f"expected at most {expected} entries, got {len(instance)}"
        case "maxLength":
            return f"expected at most {expected} characters, got {len(instance)}"
        case "minimum" | "maximum":
            return f"expected at {'least' if error.validator == 'minimum' else 'most'} {expected}, got {got}"
        case "const":
            return f"expected {json.dumps(expected)}, got {got}"
        case _:
            return error.message
