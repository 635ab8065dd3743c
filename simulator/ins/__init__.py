"""What an INS is: matricule, OID, traits, birth date, birth place, identity. Pure values and rules.

Nothing here reads or writes anything but the packaged table of birth places.
"""

from simulator.ins.coherence import CoherenceFinding, coherence_findings
from simulator.ins.dates import BirthDate, BirthDateError
from simulator.ins.identity import HistoricId, InsIdentity, Sex, Traits
from simulator.ins.matricule import Matricule, MatriculeError, key_of
from simulator.ins.oid import InsOid, OidError, parse_oid
from simulator.ins.places import Cog, Place, PlaceKind, Validity, check_place_format, cog
from simulator.ins.traits import (
    LexicalCode,
    LexicalProblem,
    check_birth_name,
    check_first_name,
    check_first_names,
    comparison_key,
    starts_list,
    to_wire,
)

__all__ = [
    "BirthDate",
    "BirthDateError",
    "Cog",
    "CoherenceFinding",
    "HistoricId",
    "InsIdentity",
    "InsOid",
    "LexicalCode",
    "LexicalProblem",
    "Matricule",
    "MatriculeError",
    "OidError",
    "Place",
    "PlaceKind",
    "Sex",
    "Traits",
    "Validity",
    "check_birth_name",
    "check_first_name",
    "check_first_names",
    "check_place_format",
    "cog",
    "coherence_findings",
    "comparison_key",
    "key_of",
    "parse_oid",
    "starts_list",
    "to_wire",
]
