"""HL7 v2.5 of what arrives: an identity alone (ADT), a result (ORU), a document (MDM), with the CDA inside the last two."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

from conformance.suite.incoming import cda
from conformance.suite.incoming.letter import HOME, RELATIVE, RELATIVE_INS, SENDER_DOMAIN, STAMP, Act, compact
from simulator.ins.oid import InsOid

if TYPE_CHECKING:
    from conformance.suite.incoming.letter import Letter

_LOCAL: Final = "LABO-VOISIN"
_MDM: Final = {Act.NEW: "T02", Act.REPLACES: "T10", Act.DELETES: "T11"}


def adt(letter: Letter, *, event: str = "A28", status: str | None = None, former: str = "") -> bytes:
    """Return an ADT about the person; ``status`` is PID-32, else what the identity says; ``former`` is MRG-1."""
    structure = {"A28": "ADT_A05", "A31": "ADT_A05", "A47": "ADT_A30"}.get(event, f"ADT_{event}")
    pid = _pid(letter, _reliability(letter) if status is None else status)
    # Whom to warn has a name, an address and a birth date of their own.
    kin = f"NK1|1|{RELATIVE[0]}^{RELATIVE[1]}^^^^^L|MTH^^HL70063|||||||||||||19511224"
    last = (f"MRG|{former}",) if former else (kin, "PV1|1|N")
    return _message(_msh(letter, f"ADT^{event}^{structure}"), f"EVN||{STAMP}", pid, *last)


def oru(letter: Letter) -> bytes:
    """Return a result whose CDA stands in OBX-5."""
    return _message(
        _msh(letter, "ORU^R01^ORU_R01"),
        _pid(letter, _reliability(letter)),
        f"OBR|1||{letter.document_id}|{cda.CODE}^{_escaped(letter.title)}^LN|||{STAMP}",
        _obx(letter),
    )


def oru_of_two(first: Letter, second: Letter) -> bytes:
    """Return the results of two patients in one message: a group of segments for each."""
    return oru(first) + oru(second).partition(b"\r")[2]


def mdm(letter: Letter) -> bytes:
    """Return a document notification: new, replacing or deleting."""
    event = _MDM[letter.act]
    txa = ["TXA", "1", "CR", "TEXT", STAMP, *[""] * 7, f"{letter.document_id}^^{SENDER_DOMAIN}^ISO"]
    txa += [f"{letter.former}^^{SENDER_DOMAIN}^ISO" if letter.former else "", "", "", "", "LA"]
    return _message(
        _msh(letter, f"MDM^{event}^MDM_T02"),
        f"EVN||{STAMP}",
        _pid(letter, _reliability(letter)),
        "PV1|1|N",
        "|".join(txa),
        _obx(letter),
    )


def _message(*segments: str) -> bytes:
    return ("\r".join(segments) + "\r").encode()


def _msh(letter: Letter, kind: str) -> str:
    control = letter.document_id[-12:]
    return rf"MSH|^~\&|SIL|LABO-VOISIN|LGO|OFFICINE|{STAMP}||{kind}|{control}|P|2.5^FRA^2.11|||||FRA|UNICODE UTF-8||2.11^IHE_FRANCE-2.11-PAM"


def _obx(letter: Letter) -> str:
    body = base64.b64encode(cda.write(letter)).decode()
    return f"OBX|1|ED|{cda.CODE}^{_escaped(letter.title)}^LN||^TEXT^XML^Base64^{body}||||||{letter.act}|||{STAMP}"


def _reliability(letter: Letter) -> str:
    return "VALI" if letter.around.status in {"QUAL", "VALI"} else letter.around.status or "VIDE"


def _pid(letter: Letter, status: str) -> str:
    one = letter.around
    ids = [f"{letter.local_id}^^^{_LOCAL}&{letter.local_domain}&ISO^PI"]
    if one.matricule:
        nature = "NIA" if one.oid == InsOid.NIA else "NIR"
        authority = letter.authority or f"ASIP-SANTE-INS-{nature}"
        ids.insert(0 if letter.ins_first else 1, f"{one.matricule}^^^{authority}&{one.oid or ''}&ISO^INS")
    ids += [f"{value}^^^&{root}&ISO^PI" for root, value in letter.other_ids]
    fields = [""] * 33
    fields[0], fields[1], fields[3] = "PID", "1", "~".join(ids)
    fields[5] = "^".join([*map(_escaped, (one.birth_name, one.first_name, one.first_names)), "", "", "", "L"])
    if letter.used_name:
        # The legal name comes first (HL7 v2, 3.4.2.5).
        fields[5] += f"~{_escaped(letter.used_name)}^{_escaped(letter.used_first_name)}^^^^^D"
    fields[7], fields[8] = compact(one.birth_date), one.sex or ""
    # The mother, and where the patient lives: other people and other places stand in a message too.
    fields[6] = f"{RELATIVE[0]}^{RELATIVE[1]}^^^^^M"
    street, postal, town, insee = HOME
    home = f"{street}^^{town}^^{postal}^FRA^H^^{insee}"
    fields[11] = f"{home}~^^^^^FRA^BDL^^{one.birth_place}" if one.birth_place else home
    number, oid = RELATIVE_INS
    if not one.matricule:
        fields[21] = f"{number}^^^ASIP-SANTE-INS-NIR&{oid}&ISO^INS"
    fields[32] = status
    return "|".join(fields)


def _escaped(text: str | None) -> str:
    told = (text or "").replace("\\", "\\E\\")
    for character, letter in (("|", "F"), ("^", "S"), ("&", "T"), ("~", "R")):
        told = told.replace(character, f"\\{letter}\\")
    return told
