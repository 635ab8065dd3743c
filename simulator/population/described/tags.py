"""The vocabulary of tags: every tag a person of this package can have, with its label (``data/tags.yaml``)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from simulator.datafile import load_yaml
from simulator.population.cnda import cases as cnda_cases
from simulator.population.described.cases import parameters
from simulator.population.uninsurable import reasons

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class TagLabel:
    """What a tag says, in French and in English."""

    fr: str
    en: str


@cache
def vocabulary() -> Mapping[str, TagLabel]:
    """Give every tag with its label: simple ones, cases, CNDA tests, reasons for having no INS."""
    folder = files("simulator.population") / "data"
    simple = load_yaml(folder / "tags.yaml", json.loads((folder / "tags.schema.json").read_bytes()))["tags"]
    found = {tag: TagLabel(entry["fr"], entry["en"]) for tag, entry in simple.items()}
    for parameter in parameters().values():
        for value in parameter.values.values():
            found[value.tag] = TagLabel(f"{parameter.fr} : {value.fr}", f"{parameter.en}: {value.en}")
    for case in cnda_cases():
        # Somebody who must not be found is nobody, so has no tag.
        for test in case.cnda_tests if case.person is not None else ():
            found[f"cnda-{test.replace(' ', '-')}"] = TagLabel(f"test CNDA {test}", f"CNDA test {test}")
    found.update({key: TagLabel(reason.fr, reason.en) for key, reason in reasons().items()})
    return MappingProxyType(found)
