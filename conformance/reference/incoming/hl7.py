"""Reading an HL7 v2 message: the PID, and the CDA that an OBX may hold."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from typing import Final

from conformance.reference.incoming import cda
from conformance.reference.incoming.arrived import Act, Arrived, UnreadableError, Values, date_of, ins_of

MAX_BYTES: Final = 30 * 1024 * 1024
_MDM: Final = {"T10": Act.REPLACES, "T11": Act.DELETES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delimiters:
    """MSH-1 and MSH-2."""

    field: str
    component: str
    repetition: str
    escape: str
    part: str

    def plain(self, text: str) -> str:
        """Return a text without its escapes."""
        for letter, character in (
            ("F", self.field),
            ("S", self.component),
            ("R", self.repetition),
            ("T", self.part),
        ):
            text = text.replace(f"{self.escape}{letter}{self.escape}", character)
        return text.replace(f"{self.escape}E{self.escape}", self.escape)


def read(content: bytes) -> Arrived:
    """Return what a message says.

    Raises:
        UnreadableError: it is too long, no HL7 v2, or has no single PID.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableError(f"message de {len(content)} octets, au plus {MAX_BYTES} sont lus")
    text = content.decode("utf-8", "replace").replace("\r\n", "\r").replace("\n", "\r")
    if not text.startswith("MSH") or len(text) < len("MSH|^~\\&"):
        raise UnreadableError("segment MSH attendu en tête")
    marks = Delimiters(field=text[3], component=text[4], repetition=text[5], escape=text[6], part=text[7])
    segments = [line.split(marks.field) for line in text.split("\r") if line]
    pids = [one for one in segments if one[0] == "PID"]
    if len(pids) != 1:
        raise UnreadableError("un segment PID et un seul attendu")
    pid = _values(pids[0], marks)
    status = _field(pids[0], 32).split(marks.repetition)[0] or None
    event = _field(segments[0], 8).split(marks.component)[1:2]
    for obx in (one for one in segments if one[0] == "OBX" and _field(one, 2) == "ED"):
        arrived = cda.read(_embedded(_field(obx, 5), marks))
        act = _MDM.get(event[0] if event else "") or _act(_field(obx, 11))
        around = tuple([pid] if pid["matricule"] or pid["birth_name"] else [])
        return replace(arrived, status=status, act=act, around=around)
    return Arrived(values=pid, status=status, identifiers=tuple(_identifiers(_field(pids[0], 3), marks)))


def _act(letter: str) -> Act:
    return Act(letter) if letter in set(Act) else Act.NEW


def _embedded(text: str, marks: Delimiters) -> bytes:
    parts = text.split(marks.component)
    try:
        return base64.b64decode(parts[4], validate=True)
    except (IndexError, ValueError) as error:
        raise UnreadableError("document en base64 attendu en OBX-5.5") from error


def _field(segment: list[str], number: int) -> str:
    """Return a field by its index: that of MSH is one less than its number, MSH-1 being the separator itself."""
    return segment[number] if number < len(segment) else ""


def _values(pid: list[str], marks: Delimiters) -> Values:
    matricule, oid = ins_of(_identifiers(_field(pid, 3), marks))
    names = [one.split(marks.component) for one in _field(pid, 5).split(marks.repetition)]
    legal = next((one for one in names if one[6:7] == ["L"]), names[0])
    told = [marks.plain(one) or None for one in [*legal, "", "", ""][:3]]
    return {
        "matricule": matricule,
        "oid": oid,
        "birth_name": told[0],
        "first_name": told[1],
        "first_names": told[2],
        "birth_date": date_of(_field(pid, 7)),
        "sex": _field(pid, 8) or None,
        "birth_place": _birth_place(_field(pid, 11), marks),
    }


def _identifiers(text: str, marks: Delimiters) -> list[tuple[str, str]]:
    found = []
    for repetition in text.split(marks.repetition):
        parts = repetition.split(marks.component)
        authority = parts[3].split(marks.part) if len(parts) > 3 else []  # noqa: PLR2004
        if parts[0] and len(authority) > 1:
            found.append((authority[1], parts[0]))
    return found


def _birth_place(text: str, marks: Delimiters) -> str | None:
    for repetition in text.split(marks.repetition):
        parts = repetition.split(marks.component)
        if parts[6:7] == ["BDL"]:
            return next((one for one in parts[8:9] if one), None)
    return None
