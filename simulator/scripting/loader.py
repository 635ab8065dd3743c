"""Reading scenarios from files or from the control API."""

from __future__ import annotations

import base64
import json
import marshal
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from simulator.datafile import data_problems, load_yaml, read_regular
from simulator.scripting.reading import scenario_of
from simulator.scripting.validation import MAX_RAW_BYTES, meaning_problems

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

    from simulator.scripting.model import Scenario

    Found = tuple[tuple[str | int, ...], str]


class ScenarioError(Exception):
    """Scenario data received over the control API cannot be used."""


def load_scenario(path: Path | Traversable) -> Scenario:
    """Read one scenario file.

    Raises:
        DataFileError: with file, line, column and expectation.
    """
    return scenario_of(load_data(path))


def load_data(path: Path | Traversable) -> Any:
    """Read one scenario file and return its data, the bytes of raw answers put in.

    Raises:
        DataFileError: with file, line, column and expectation.
    """

    def check(data: Any) -> Iterator[Found]:
        yield from put_files_in(data, path)
        yield from meaning_problems(data)

    return load_yaml(path, schema(), check)


@dataclass(frozen=True, slots=True)
class WrittenScenario:
    """A scenario that has been found right, with the data that it was read from: what is kept and handed on."""

    data: Any
    scenario: Scenario


def checked_scenario(data: Any) -> WrittenScenario:
    """Read scenario data already decoded from JSON, once for everybody who handles it.

    Raises:
        ScenarioError: naming the place in the data and what was expected.
    """
    known = known_scenario(data)
    if known is None:
        known = read_scenario(data)
        if key := _key_of(data):
            if len(_known) >= _MAX_KNOWN:
                _known.clear()
            _known[key] = known
    return WrittenScenario(data, known)


def known_scenario(data: Any) -> Scenario | None:
    """Return the scenario of data that were found right lately; ``None``: they would have to be looked at."""
    key = _key_of(data)
    return _known.get(key) if key else None


_known: Final[dict[bytes, Scenario]] = {}
"""What was found right lately, by its data: a campaign installs the same few a thousand times, and looking at one costs 4 ms."""
_MAX_KNOWN: Final = 256
_MAX_KEY: Final = 16 * 1024
"""Bytes of data that are remembered."""


def _key_of(data: Any) -> bytes:
    """Return what data are known by, types included; nothing when they are large or of unusual types."""
    try:
        # The format without references: the same values give the same bytes.
        key = marshal.dumps(data, 2)
    except ValueError:
        return b""
    return key if len(key) <= _MAX_KEY else b""


def read_scenario(data: Any) -> Scenario:
    """Read scenario data already decoded from JSON.

    Raises:
        ScenarioError: naming the place in the data and what was expected.
    """
    problems = data_problems(data, schema(), meaning_problems)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise ScenarioError(problems[0] + more)
    return scenario_of(data)


def scenario_data(reference: str | Path) -> Any:
    """Return the data of a scenario given by path, or by id among those shipped.

    Raises:
        DataFileError: there is no such scenario, or it is broken.
    """
    source = scenario_source(reference)
    # A shipped scenario does not change, and a campaign plays the same few hundreds of times.
    return (
        load_data(source)
        if isinstance(reference, Path) or source == Path(reference)
        else deepcopy(_shipped_data(reference))
    )


@cache
def _shipped_data(reference: str) -> Any:
    return load_data(scenario_source(reference))


def scenario_source(reference: str | Path) -> Path | Traversable:
    """Return where a scenario given by path, or by id among those shipped, is kept."""
    path = Path(reference)
    return path if path.suffix in {".yaml", ".yml"} else files("scenarios") / f"{reference}.yaml"


def shipped_scenarios() -> Iterator[Traversable]:
    """Yield the scenario files shipped with the bench."""
    for pack in sorted(files("scenarios").iterdir(), key=lambda entry: entry.name):
        if pack.is_dir():
            yield from (
                entry
                for entry in sorted(pack.iterdir(), key=lambda e: e.name)
                if entry.name.endswith(".yaml")
            )


@cache
def schema() -> Any:
    """Return the JSON Schema of scenario files."""
    return json.loads((files("simulator.scripting") / "scenario.schema.json").read_text("utf-8"))


def put_files_in(data: Any, source: Path | Traversable) -> Iterator[Found]:
    """Put the bytes of each raw file in the data; yield what cannot be read."""
    for place, raw in _raws(data):
        if "file" not in raw or "base64" in raw:
            continue
        try:
            raw["base64"] = base64.b64encode(_beside(source, raw["file"])).decode("ascii")
        except _FileRefusedError as error:
            raw["base64"] = ""  # what is said of the file is enough
            yield (*place, "file"), str(error)


class _FileRefusedError(Exception):
    """A file named by a scenario cannot be used."""


def _beside(source: Path | Traversable, name: str) -> bytes:
    """Return the content of a file in the folder of a scenario.

    Raises:
        _FileRefusedError: it is elsewhere, too large, or cannot be read.
    """
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ":" in name or ".." in parts:
        raise _FileRefusedError(f"expected a file in the folder of the scenario, got {name!r}")
    folder: Any = getattr(source, "parent", None)
    if folder is None:
        raise _FileRefusedError("expected a scenario in a folder")
    file: Any = folder.joinpath(*parts)
    if isinstance(file, Path) and not file.resolve().is_relative_to(folder.resolve()):
        raise _FileRefusedError(
            f"expected a file in the folder of the scenario, got {name!r}, which links elsewhere"
        )
    try:
        content = read_regular(file, MAX_RAW_BYTES + 1)
    except OSError as error:
        raise _FileRefusedError(
            f"expected a file that can be read in the folder of the scenario, got {name!r}: {error.strerror or error}; "
            "put it there, or give the bytes as text or base64"
        ) from error
    if len(content) > MAX_RAW_BYTES:
        raise _FileRefusedError(f"expected at most {MAX_RAW_BYTES} bytes in {name!r}, got more")
    return content


def _raws(data: Any) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """Yield every raw answer of a scenario and where it is."""
    for index, rule in enumerate(data["rules"]):
        then = rule["then"]
        entries: list[tuple[tuple[str | int, ...], Any]] = [((), then)]
        for name in ("sequence", "cycle"):
            entries += [((name, number), entry) for number, entry in enumerate(then.get(name, ()))]
        drawn = then.get("weighted", {}).get("of", ())
        entries += [(("weighted", "of", number, "then"), entry["then"]) for number, entry in enumerate(drawn)]
        for place, entry in entries:
            if "raw" in entry:
                yield ("rules", index, "then", *place, "raw"), entry["raw"]


def scenario_json(scenario: Scenario) -> dict[str, Any]:
    """Return what a list of scenarios tells of one, as JSON data."""
    return {
        "id": scenario.id,
        "pack": scenario.pack,
        "title": {"fr": scenario.title_fr, "en": scenario.title_en},
        "purpose": {"fr": scenario.purpose_fr, "en": scenario.purpose_en},
        "source": scenario.source,
        "evidence": scenario.evidence.value,
        "people": list(scenario.people),
        "rules": len(scenario.rules),
    }
