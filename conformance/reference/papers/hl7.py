"""HL7 v2.5 with the French profile (PAM 2.11): one ADT about a patient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.drivers.model import Attribute, Status
from conformance.reference.papers.leaving import LOCAL_OID, leaving, passing
from conformance.reference.seams import Seam
from conformance.reference.store import now

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.reference.seams import Record, Seams

_CODES: Final = {
    Attribute.HOMONYME: "HOMA",
    Attribute.FICTIVE: "FICT",
    Attribute.DOUTEUSE: "DOUT",
}
"""Table 0445; the statuses récupérée and qualifiée do not travel (ATT-07)."""
_CHECKED: Final = frozenset({Status.VALI, Status.QUAL})


_STRUCTURES: Final = {"A47": "ADT_A30"}
"""Others are of the structure of A28 and A31, ADT_A05."""


def write(
    patient: Patient, seams: Seams, control: str, *, event: str = "A28", former: tuple[str, str] | None = None
) -> bytes:
    """Return a message about a patient.

    Args:
        patient: the file.
        seams: what the values pass on their way.
        control: number of the message (MSH-10).
        event: A28 (new), A31 (changed) or A47 (identifiers changed).
        former: A47: the matricule and the OID that are taken away (MRG-1).
    """
    values = leaving(patient, seams, where="hl7", document="HL7V2")
    status = "VALI" if patient.status in _CHECKED else "PROV"
    codes = [status, *(_CODES[one] for one in sorted(patient.attributes))]
    [pid] = passing(
        seams,
        Seam.WRITTEN,
        [
            {
                "local": f"{values['local_id']}^^^OFFICINE&{LOCAL_OID}&ISO^PI",
                "matricule": values["matricule"],
                "oid": values["oid"],
                "authority": f"ASIP-SANTE-INS-{values['nature']}",
                "kind": "ISO",
                "type": "INS",
                "name_type": "L",
                "birth_name": values["birth_name"],
                "first_name": values["first_name"],
                "first_names": values["first_names"],
                "used_name": values["used_name"],
                "used_first_name": values["used_first_name"],
                "birth_date": values["birth_date"].replace("-", ""),
                "sex": values["sex"],
                "birth_place": values["birth_place"],
                "place_type": "BDL",
                "telecom": f"^NET^X.400^{values['mailbox']}" if values["mailbox"] else "",
                "account": "",
                "status": "~".join(codes),
                "note": "",
                "order": ["local", "ins"],
            }
        ],
        patient,
        where="hl7",
        document="HL7V2",
    )
    stamp = now()[:19].translate(str.maketrans("", "", "-:T"))
    msh = (
        rf"MSH|^~\&|BANC-LGO|OFFICINE|DEST|DEST|{stamp}||ADT^{event}^{_STRUCTURES.get(event, 'ADT_A05')}|{control}|P|2.5^FRA^2.11|||||FRA|UNICODE UTF-8||"
        "2.11^IHE_FRANCE-2.11-PAM"
    )
    source = "INSI" if patient.status in {Status.RECUP, Status.QUAL} else "SM"
    visit = ["PV1|1|N", f"ZFD||||N|{source}"]
    if former is not None:
        visit = [f"MRG|{former[0]}^^^&{former[1]}&ISO^INS"]
    notes = [f"NTE|1||{pid['note'].replace(chr(10), ' - ')}"] if pid["note"] else []
    segments = [msh, f"EVN||{stamp}", _pid(pid), *notes, *visit]
    return ("\r".join(segments) + "\r").encode()


def _pid(pid: Record) -> str:
    ins = (
        f"{pid['matricule']}^^^{pid['authority']}&{pid['oid']}&{pid['kind']}^{pid['type']}"
        if pid["matricule"]
        else ""
    )
    names = [f"{pid['birth_name']}^{pid['first_name']}^{pid['first_names']}^^^^{pid['name_type']}"]
    if pid["used_name"] or pid["used_first_name"]:
        names.append(f"{pid['used_name']}^{pid['used_first_name']}^^^^^D")
    fields = [""] * 33
    fields[0], fields[1] = "PID", "1"
    fields[3] = "~".join(one for name in pid["order"] if (one := {"local": pid["local"], "ins": ins}[name]))
    fields[5] = "~".join(names)
    fields[7], fields[8] = pid["birth_date"], pid["sex"]
    fields[11] = f"^^^^^FRA^{pid['place_type']}^^{pid['birth_place']}" if pid["birth_place"] else ""
    fields[13] = pid["telecom"]
    fields[18] = pid["account"]
    fields[32] = pid["status"]
    return "|".join(fields)
