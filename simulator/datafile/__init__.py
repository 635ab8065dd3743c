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
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import jsonschema
import yaml

from simulator.datafile.words import explain
from simulator.text import IRREGULAR, Text, TextError, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from importlib.resources.abc import Traversable

    from simulator.text import Lang

Check = Callable[[Any], "Iterable[tuple[Sequence[str | int], Text | str]]"]
"""Yields where in the data something is wrong (keys and indexes from the top) and what was expected: a text for files that
users write, English alone for ours."""

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
    """What was expected and what came, in English."""
    french: str = ""
    """The same in French; when empty, it is looked up (``simulator.datafile.spoken``)."""

    def line_in(self, lang: Lang, source: str) -> str:
        """Return the problem as one line: ``file:line:column: where: expectation``."""
        place = f"{source}:{self.line}:{self.column}" if self.line else source
        where = f"{self.path}: " if self.path else ""
        if lang == "en":
            return f"{place}: {where}{self.message}"
        # Only whoever reads French pays for the catalogue.
        from simulator.datafile.spoken import in_french  # noqa: PLC0415

        return f"{place}: {where}{self.french or in_french(self.message)}"


class DataFileError(TextError):
    """A data file cannot be used. ``problems`` holds everything found, in file order."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        """Keep the name of the file and what is wrong with it."""
        self.source = source
        self.problems = tuple(problems)
        super().__init__(Text("\n".join(self.lines("fr")), "\n".join(self.lines())))

    def lines(self, lang: Lang = "en") -> Iterator[str]:
        """Yield one line per problem: ``file:line:column: where: expectation``."""
        for problem in self.problems:
            yield problem.line_in(lang, self.source)

    def __reduce__(self) -> tuple[Any, ...]:
        """Make it again of the same parts."""
        return type(self), (self.source, self.problems)


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
        why = text_of(error)
        raise _refused(
            source, Text(f"ne peut pas être lu : {why.fr}", f"cannot be read: {why.en}")
        ) from error
    return parse_yaml(content, source, schema, check)


def read_regular(path: Path | Traversable, most: int) -> bytes:
    """Return the first bytes of a file. What is no file, such as a pipe, which may never end, is not opened.

    Raises:
        OSError: it is missing, no regular file, or cannot be read.
    """
    if isinstance(path, Path) and path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, IRREGULAR.en)
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
        raise _refused(
            source,
            Text(
                f"au plus {MAX_BYTES} octets attendus, il y en a plus",
                f"expected at most {MAX_BYTES} bytes, got more",
            ),
        )
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        byte = f"0x{content[error.start]:02X}"
        message = Text(
            f"de l'UTF-8 est attendu, il y a l'octet {byte} ; enregistrez le fichier en UTF-8",
            f"expected UTF-8, got byte {byte}; save the file as UTF-8",
        )
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
        problem, remedy = _yaml_problem(error), _yaml_remedy(error)
        message = Text(f"pas du YAML : {problem.fr}{remedy.fr}", f"not YAML: {problem.en}{remedy.en}")
        raise _refused(source, message, *place) from error
    except yaml.reader.ReaderError as error:
        letter = f"U+{ord(text[error.position]):04X}"
        message = Text(
            f"pas du YAML : le caractère {letter} n'est pas permis",
            f"not YAML: character {letter} is not allowed",
        )
        raise _refused(source, message, text.count("\n", 0, error.position) + 1, 1) from error
    except yaml.YAMLError as error:
        raise _refused(source, Text(f"pas du YAML : {error}", f"not YAML: {error}")) from error
    except RecursionError as error:
        raise _refused(source, _TOO_DEEP) from error
    if schema is not None:
        errors = _validator(json.dumps(schema)).iter_errors(data)
        _raise_found(source, node, ((error.absolute_path, explain(error)) for error in errors))
    if check is not None:
        _raise_found(source, node, check(data))
    return data


def data_problems(data: Any, schema: Mapping[str, Any], check: Check | None = None) -> list[str]:
    """Return what is wrong with data that came as JSON, in the words of a file: ``rules[2].title.fr: expected …``.

    The arguments are those of ``load_yaml``; ``check`` sees data that satisfies the schema only.
    """
    if _has_too_many(data):
        return [f"expected at most {MAX_NODES} values, got more"]
    found: list[tuple[Sequence[str | int], Text | str]] = [
        (list(error.absolute_path), explain(error))
        for error in islice(_validator(json.dumps(schema)).iter_errors(data), MAX_PROBLEMS)
    ]
    if not found and check is not None:
        found = list(islice(check(data), MAX_PROBLEMS))
    # One missing key of several is told once for each of them.
    lines = ((path, message if isinstance(message, str) else message.en) for path, message in found)
    return list(dict.fromkeys(f"{_dotted(path)}: {message}" if path else message for path, message in lines))


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


def _refused(source: str, message: Text, line: int = 0, column: int = 0) -> DataFileError:
    return DataFileError(source, [Problem(line, column, "", message.en, message.fr)])


_TOO_DEEP: Final = Text("trop de niveaux imbriqués", "nested too deeply")
_ALIASES: Final = Text("les alias (*nom) ne sont pas permis", "aliases (*name) are not allowed")
_TOO_MANY: Final = Text(
    f"au plus {MAX_NODES} valeurs attendues, il y en a plus", f"expected at most {MAX_NODES} values, got more"
)


def _yaml_problem(error: yaml.MarkedYAMLError) -> Text:
    """Return what the parser says; its own words are English, ours are in both languages."""
    told = str(error.problem)
    return {text.en: text for text in (_ALIASES, _TOO_MANY)}.get(told, Text.same(told))


def _yaml_remedy(error: yaml.MarkedYAMLError) -> Text:
    if isinstance(error, (yaml.scanner.ScannerError, yaml.parser.ParserError)):
        return Text(
            " ; regardez cette ligne et celle d'au-dessus : des espaces et pas de tabulation en retrait, une espace après chaque : "
            "et chaque -, crochets et guillemets fermés, des guillemets autour d'un texte qui contient l'un de : # [ {",
            "; look at this line and the one above: spaces and no tab to indent, a space after each : and each -, "
            "brackets and quotes closed, quotes around a text that holds one of : # [ {",
        )
    return Text.same("")


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
            raise yaml.composer.ComposerError(None, None, _TOO_MANY.en, event.start_mark)
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]  # types-PyYAML leaves it bare
            raise yaml.composer.ComposerError(None, None, _ALIASES.en, event.start_mark)
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
    source: str, node: yaml.Node | None, found: Iterable[tuple[Sequence[str | int], Text | str]]
) -> None:
    """Raise what was found at each path, in file order; the schema tells one missing key of several twice."""
    problems = {
        Problem(*_place(node, list(path)), _dotted(path), *_both(message))
        for path, message in islice(found, MAX_PROBLEMS)
    }
    if problems:
        raise DataFileError(source, sorted(problems, key=lambda each: (each.line, each.column, each.path)))


def _both(message: Text | str) -> tuple[str, str]:
    """Return the English and the French of a message, as a problem keeps them."""
    return (message, "") if isinstance(message, str) else (message.en, message.fr)


def _structure_problems(node: yaml.Node, path: str, depth: int = 0) -> Iterator[Problem]:
    """Yield duplicate keys and aliases-by-depth problems, which YAML itself lets pass."""
    if depth > 32:  # noqa: PLR2004 - no data file of ours nests half as deep
        yield Problem(node.start_mark.line + 1, node.start_mark.column + 1, path, *_both(_TOO_DEEP))
        return
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            name = str(key.value)
            line = key.start_mark.line + 1
            here = f"{path}.{name}" if path else name
            if name in seen:
                message = Text(
                    f"clé en double, donnée d'abord à la ligne {seen[name]} ; mettez tout sous une, ou enlevez-en une",
                    f"duplicate key, first given on line {seen[name]}; put all under one, or remove one",
                )
                yield Problem(line, key.start_mark.column + 1, here, *_both(message))
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
