"""The names of the cases of a check, in English: the suite keeps them in French, as the field says them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

from simulator.datafile import load_yaml

_SCHEMA: Final = {"type": "object", "additionalProperties": {"type": "string"}}


def in_english(name: str) -> str:
    """Return the name of a case as an English report shows it; what is not known stays as it is.

    Args:
        name: whole, or of parts between commas that are looked up apart.
    """
    known = _names()
    return known.get(name) or ", ".join(known.get(part, part) for part in name.split(", "))


@cache
def _names() -> dict[str, str]:
    data = load_yaml(files(__package__) / "case_names.yaml", _SCHEMA)
    return {str(name): str(said) for name, said in data.items()}
