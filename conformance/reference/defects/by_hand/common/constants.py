"""Values that faults of several groups of rules name. It holds no fault."""

from __future__ import annotations

from typing import Final

NEEDED = ("birth_name", "first_name", "sex", "birth_date")
WITH_INS = frozenset({"RECUP", "QUAL"})
BY_CARD = "VITALE"
INS = ("matricule", "oid", "nature", "mailbox")
PAUSED: Final = {"code": "INSI_PAUSED", "message": "INSi est indisponible pour le moment."}
"""How a software refuses that calls nobody any more."""
USED = ("used_name", "used_first_name")
TRAITS = ("birth_name", "first_name", "birth_date", "sex", "birth_place")
USED_NAMES = frozenset({"used_name", "used_first_name"})
CHECKED = frozenset({"VALI", "QUAL"})
STRICT_TRAITS = ("birth_name", "first_names", "birth_date", "sex", "birth_place")
COMPARED = ("matricule", "oid", "birth_name", "first_names", "birth_date", "sex", "birth_place")
NUMBER_AND_OID = ("matricule", "oid")
ANSWERS: Final = frozenset({"00", "01", "02"})
