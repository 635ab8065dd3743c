"""Scenario files as Markdown: ``python -m simulator.pages.scenario_reference`` writes ``docs/scenario-reference.md``.

The page is written from the JSON Schema that files are checked against and from the scenarios that are shipped, so that it
cannot say otherwise than the program.
"""

from __future__ import annotations

import sys
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import yaml

from simulator.scripting.alterations import ALTERATIONS
from simulator.scripting.loader import load_scenario, schema, shipped_scenarios

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_HEAD: Final = """# Scenario files: reference

Written by `make docs` from the JSON Schema (`simulator/scripting/scenario.schema.json`, also in `/api/v1/openapi.json` as
`Scenario`) and from the packs. How to write one and put it in force: [Scripted answers](scenarios.md).
What `chaos` may name: [Disturbances](chaos.md). What `fault` may name: [the contract](contract.md).
"""

_WIDTH: Final = 100_000
"""Examples are not folded: each entry is one line, whatever its length."""

_ROLE: Final = "^[a-z][a-z0-9_]*$"
"""The form of roles in the schema: it says more by its name."""

_SHARED: Final = {
    "test": "Tests on a text",
    "fields": "Fields of `alter`",
    "former": "Entries of `history`",
    "step": "Calls of `outcome`",
}
"""Parts of the schema that have a section of their own, because several keys refer to them."""


def scenario_page() -> str:
    """Return the whole page."""
    return "\n".join(_lines()).rstrip("\n") + "\n"


def _lines() -> Iterator[str]:
    parts = schema()["$defs"]
    yield _HEAD
    yield "## The file"
    yield ""
    yield f"{schema()['description']} A star marks the keys that must be there."
    yield ""
    yield from _table(schema())
    yield "### A role of `people`"
    yield ""
    role = schema()["properties"]["people"]["then"]["additionalProperties"]
    yield role["description"]
    yield ""
    yield from _table(role["then"])
    yield "### A rule"
    yield ""
    yield from _table(parts["rule"])
    yield f"`stage` is {_cell(parts['stage']['description'])}"
    yield ""
    yield "## `when`: conditions"
    yield ""
    yield parts["when"]["description"]
    yield ""
    for name, part in parts["when"]["properties"].items():
        yield from _entry(name, part)
    yield "## `then`: answers"
    yield ""
    yield parts["then"]["description"]
    yield ""
    for name, part in parts["then"]["properties"].items():
        yield from _entry(name, part)
    for name, title in _SHARED.items():
        yield f"## {title}"
        yield ""
        yield parts[name]["description"]
        yield ""
        yield from _table(_as_object(parts[name]))
        if name == "step":
            yield "What `ask` holds:"
            yield ""
            yield from _table(parts[name]["properties"]["ask"])
    yield from _alterations()
    yield from _packs()


def _entry(name: str, part: Mapping[str, Any]) -> Iterator[str]:
    """Yield the section of one condition or action."""
    yield f"### `{name}`"
    yield ""
    yield f"{part['description']} *{_kind(part)}.*"
    yield ""
    yield "```yaml"
    yield from (f"{name}: {_flow(example)}" for example in part["examples"])
    yield "```"
    yield ""
    shape = _as_object(part)
    if "properties" in shape and "$ref" not in part:
        yield from _table(shape)
        for inner, nested in shape["properties"].items():
            entries = nested.get("items", nested)
            if "properties" in entries:
                yield f"In `{inner}`:" if entries is nested else f"In each of `{inner}`:"
                yield ""
                yield from _table(entries)


def _flow(example: Any) -> str:
    """Return an example on one line of YAML, strings quoted where they must be."""
    text = yaml.safe_dump(example, default_flow_style=True, sort_keys=False, width=_WIDTH, allow_unicode=True)
    return text.removesuffix("\n").removesuffix("\n...")


def _table(part: Mapping[str, Any]) -> Iterator[str]:
    required = part.get("required", ())
    yield "| key | type | meaning |"
    yield "| --- | --- | --- |"
    for name, inner in part["properties"].items():
        star = " *" if name in required else ""
        yield f"| `{name}`{star} | {_cell(_kind(inner))} | {_cell(inner['description'])} |"
    yield ""


def _as_object(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the form of a part that is an object, the part itself when it has none."""
    if "if" in part:
        forms = (_as_object(part["then"]), _as_object(part["else"]))
        return next((form for form in forms if "properties" in form), part)
    return part


def _kind(part: Mapping[str, Any]) -> str:
    """Return the type of a part in words."""
    if "if" in part:
        return f"{_kind(part['then'])}, or {_kind(part['else'])}"
    if "$ref" in part:
        return _kind_of_reference(part["$ref"].rpartition("/")[2])
    if "enum" in part:
        return "one of " + ", ".join(f"`{value}`" for value in part["enum"])
    if "const" in part:
        return f"`{str(part['const']).lower()}`"
    if "oneOf" in part:
        return " or ".join(_kind(each) for each in part["oneOf"])
    return _plain_kind(part)


def _kind_of_reference(name: str) -> str:
    part = schema()["$defs"][name]
    if name in _SHARED:
        title = _SHARED[name]
        anchor = title.lower().replace("`", "").replace(" ", "-")
        return f"[{name}](#{anchor})"
    if name in {"when", "then"}:
        title = {"when": "when-conditions", "then": "then-answers"}[name]
        return f"[{name}](#{title})"
    if name == "rule":
        return "[rule](#a-rule)"
    if name == "alteration":
        return "[alteration](#named-alterations)"
    if name == "text":
        return "object with `fr` and `en`"
    return _kind(part)


def _plain_kind(part: Mapping[str, Any]) -> str:
    match part.get("type"):
        case "string":
            return _text_kind(part)
        case "integer" | "number":
            whole = "whole number" if part["type"] == "integer" else "number"
            low, high = part.get("minimum"), part.get("maximum")
            return whole + _bounds(low, high)
        case "boolean":
            return "`true` or `false`"
        case "null":
            return "`null`"
        case "array":
            bounds = _bounds(part.get("minItems"), part.get("maxItems")).removeprefix(", ")
            return f"list of {_kind(part['items'])}" + (f" ({bounds})" if bounds else "")
        case _:
            values = part.get("additionalProperties")
            return f"object, name to {_kind(values)}" if isinstance(values, dict) else "object"


def _text_kind(part: Mapping[str, Any]) -> str:
    pattern = part.get("pattern")
    if pattern == _ROLE:
        return "a role"
    if pattern is None or pattern == schema()["$defs"]["text_value"]["pattern"]:
        return "text"
    return f"text of the form `{pattern}`"


def _bounds(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f", {low} to {high}"
    if low is not None:
        return f", at least {low}"
    return "" if high is None else f", at most {high}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _alterations() -> Iterator[str]:
    yield "## Named alterations"
    yield ""
    yield "What `alter` may say by name. Whether the real service ever answers so is told by the scenario that uses one."
    yield ""
    yield "| name | writes | meaning |"
    yield "| --- | --- | --- |"
    for name, alteration in ALTERATIONS.items():
        fields = ", ".join(
            f"no `{field}`" if text is None else f'`{field}: "{text}"`'
            for field, text in alteration.fields.items()
        )
        yield f"| `{name}` | {_cell(fields)} | {_cell(alteration.en)} ({_cell(alteration.fr)}) |"
    yield ""


def _packs() -> Iterator[str]:
    yield "## Packs shipped"
    yield ""
    yield "`banc scenario show ID` prints the whole of one: its source, who plays it, its rules in words."
    yield ""
    scenarios = sorted((load_scenario(source) for source in shipped_scenarios()), key=lambda each: each.id)
    for pack, members in groupby(scenarios, key=lambda each: each.pack):
        yield f"### `{pack}/`"
        yield ""
        yield "| id | titre | purpose | evidence |"
        yield "| --- | --- | --- | --- |"
        for scenario in members:
            title, purpose = _cell(scenario.title_fr), _cell(scenario.purpose_en)
            yield f"| `{scenario.id}` | {title} | {purpose} | {scenario.evidence.value} |"
        yield ""


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr] # a text file, when run as a program
    sys.stdout.write(scenario_page())
