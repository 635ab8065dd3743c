"""Compile what a population is made of: ``python -m simulator.population.compiling.build_cases``.

Reads ``data/cases.yaml`` and makes its covering array, ``data/profiles.yaml``, and the birth names that nobody may be
drawn with; writes all to ``data/cases.json``, so that a bench starts without reading YAML. The same files give the same
bytes. To be run after each change of ``cases.yaml``, ``profiles.yaml``, ``uninsurable.yaml`` or ``cnda.yaml``.
"""

from __future__ import annotations

import json
import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from simulator.datafile import load_yaml
from simulator.population.cnda import cases as cnda_cases
from simulator.population.compiling.covering import covering_array
from simulator.population.described.cases import COMPILED, may_go_together, read_parameters
from simulator.population.designed.births import find_former_communes
from simulator.population.drawing.names import births_of_first_names
from simulator.population.uninsurable import reserved_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.population.described.cases import Parameter

_EPICENE_BIRTHS: Final = 2000
_EPICENE_PERCENT: Final = 15


def compiled() -> str:
    """Give the content of the compiled file.

    Raises:
        simulator.datafile.DataFileError: ``cases.yaml`` is not as its schema says.
        ValueError: the neutral value of a parameter does not go with everything.
    """
    folder = files("simulator.population") / "data"
    data: dict[str, Any] = load_yaml(
        folder / "cases.yaml", json.loads((folder / "cases.schema.json").read_bytes())
    )
    data["profiles"] = load_yaml(
        folder / "profiles.yaml", json.loads((folder / "profiles.schema.json").read_bytes())
    )
    data["reserved_names"] = sorted({*reserved_names(), *(case.traits.birth_name for case in cnda_cases())})
    data["former_communes"] = " ".join(find_former_communes())
    data["epicene_first_names"] = " ".join(find_epicene())
    rows = [json.dumps(row) for row in build(read_parameters(data))]
    head = json.dumps(data, ensure_ascii=True, indent=1)
    return head[: head.rindex("}")].rstrip() + ',\n "rows": [\n  ' + ",\n  ".join(rows) + "\n ]\n}\n"


def build(parameters: Mapping[str, Parameter]) -> list[list[str]]:
    """Make the covering array: for each row the key of a value of each parameter, in file order."""
    known = tuple(parameters.values())
    values = [tuple(parameter.values.values()) for parameter in known]
    rows = covering_array(
        [len(each) for each in values],
        lambda one, value, other, other_value: may_go_together(
            values[one][value], values[other][other_value]
        ),
        [tuple(parameter.values).index(parameter.neutral) for parameter in known],
    )
    return [[values[at][value].key for at, value in enumerate(row)] for row in sorted(rows)]


def find_epicene() -> list[str]:
    """Look for the first names that both sexes commonly have: enough births, and enough of either sex. Bounds are ours."""
    return sorted(
        name
        for name, births in births_of_first_names().items()
        if sum(births) >= _EPICENE_BIRTHS and min(births) * 100 >= _EPICENE_PERCENT * sum(births)
    )


def main() -> int:
    """Write the compiled file and say how many rows it has."""
    content = compiled()
    path = Path(__file__).parents[1] / "data" / COMPILED
    path.write_text(content, encoding="ascii", newline="\n")
    sys.stdout.write(f"{path}: {len(json.loads(content)['rows'])} rows\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
