"""What is particular to FHIR: system, type and use of an INS, status, and the traits of FR Core."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.documents.fhir.tree import FoundPatient, PatientReader, codings, objects, string
from conformance.documents.hl7.rules import STATUSES
from conformance.documents.problems import Quote, inferred, official
from conformance.documents.record import INS_OIDS, Trait
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.context import Reading
    from conformance.documents.problems import Problem
    from conformance.documents.record import IdentityRecord

_TYPES: Final = {".8": "INS-NIR", ".9": "INS-NIA", ".10": "INS-NIR-TEST", ".11": "INS-NIR-DEMO"}


_QUALIFYING: Final = frozenset({"VALI", "QUAL"})


_RNIV: Final = frozenset({"PROV", "RECUP", "VALI", "QUAL"})


_NOT_YET: Final = frozenset({"PROV", "VIDE", "RECUP"})


def shape(found: FoundPatient, record: IdentityRecord, reading: Reading) -> Iterator[Problem]:
    """Yield what is wrong with a Patient beside the values of its traits."""
    reader = PatientReader(found, reading)
    active = []
    for index, one in enumerate(objects(found.resource.get("identifier", []))):
        system = string(one.get("system"))
        bare = system.removeprefix("urn:oid:")
        if bare in INS_OIDS:
            yield from _ins(reader, index, one, system, is_claimed=_claims_ins(found))
            if one.get("use") == "official":
                active.append(index)
                yield from _ended(reader, index, one)
    if len(active) > 1:
        text = Text(
            f"un seul INS de use « official » attendu, {len(active)} trouvés",
            f"expected one official INS, got {len(active)}",
        )
        yield official(
            "fhir-several-official",
            text,
            "TRA-06",
            "F05",
            at=[reader.place(f"identifier[{index}]") for index in active],
        )
    yield from _status(record)
    if record.has_ins:
        yield from _traits(found, record, reader)
        yield from _names_in_use(found, reader)
    number = record.first(Trait.MATRICULE)
    if number and string(found.resource.get("id")) == number.normal:
        text = Text(
            "le matricule sert d’identifiant de la ressource : il part dans les adresses",
            "the matricule serves as the id of the resource: it goes into addresses",
        )
        yield inferred("fhir-id-is-matricule", text, "TRA-06", at=(Quote(reader.place("id"), number.text),))


def _claims_ins(found: FoundPatient) -> bool:
    """Tell whether a Patient claims the profile of the INS, which wants the use and the place of birth (formats §4.1)."""
    meta = found.resource.get("meta")
    profiles = meta.get("profile") if isinstance(meta, dict) else None
    return isinstance(profiles, list) and any("patient-ins" in string(one) for one in profiles)


def _names_in_use(found: FoundPatient, reader: PatientReader) -> Iterator[Problem]:
    """One name is official with an INS: which would be the name of birth otherwise? One that has ended does not count."""
    names = list(enumerate(objects(found.resource.get("name", []))))
    in_use = [
        (index, name) for index, name in names
        if name.get("use") == "official" and not (isinstance(name.get("period"), dict) and name["period"].get("end"))
    ]  # fmt: skip
    if not any(name.get("use") == "official" for _, name in names):
        text = Text(
            "un nom de use « official » attendu avec un INS : lequel est le nom de naissance ?",
            "expected a name of use 'official' with an INS: which one is the name of birth?",
        )
        yield inferred("fhir-no-official-name", text, "TRA-06", at=(reader.place("name"),))
    if len(in_use) > 1:
        text = Text(
            f"un seul nom de use « official » attendu, {len(in_use)} trouvés",
            f"expected one name of use 'official', got {len(in_use)}",
        )
        spots = [Quote(reader.place(f"name[{index}]"), string(name.get("family"))) for index, name in in_use]
        yield official("fhir-several-official-names", text, "TRA-06", at=spots)


def _ins(
    reader: PatientReader, index: int, one: dict[str, Any], system: str, *, is_claimed: bool
) -> Iterator[Problem]:
    at = f"identifier[{index}]"
    bare = system.removeprefix("urn:oid:")
    if system == bare:
        text = Text(
            f"system urn:oid:{bare} attendu, « {system} » trouvé",
            f"expected the system urn:oid:{bare}, got {system!r}",
        )
        yield official("fhir-system", text, "TRA-06", at=(Quote(reader.place(f"{at}.system"), system),))
    wanted = _TYPES["." + bare.rpartition(".")[2]]
    codes = [string(coding.get("code")) for coding in codings(one)]
    if codes and wanted not in codes:
        text = Text(
            f"type {wanted} attendu avec cet OID, « {', '.join(codes)} » trouvé",
            f"expected the type {wanted} with this OID, got {', '.join(codes)!r}",
        )
        spot = Quote(reader.place(f"{at}.type"), ", ".join(codes))
        # Another INS type, or the billing type, contradicts the OID; a type of its own may be an older profile.
        sure = any(code in {*_TYPES.values(), "INS-C", "NH", "PI"} for code in codes)
        yield (official if sure else inferred)("fhir-type", text, "TRA-06", "F15", at=(spot,))
    if not codes:
        text = Text(
            f"type {wanted} attendu pour un INS, absent", f"expected the type {wanted} for an INS, missing"
        )
        yield inferred("fhir-type", text, "TRA-06", at=(reader.place(at),))
    use = string(one.get("use"))
    allowed = {"official", "old"} | ({"temp"} if bare.endswith(".9") else set())
    if use and use not in allowed:
        text = Text(f"use « official » attendu, « {use} » trouvé", f"expected use 'official', got {use!r}")
        yield official("fhir-use", text, "TRA-06", at=(Quote(reader.place(f"{at}.use"), use),))
    elif not use:
        text = Text(
            "use « official » attendu pour un INS, absent", "expected use 'official' for an INS, missing"
        )
        yield (official if is_claimed else inferred)("fhir-use", text, "TRA-06", at=(reader.place(at),))


def _ended(reader: PatientReader, index: int, one: dict[str, Any]) -> Iterator[Problem]:
    """Look at an official INS whose period is over: it is in use or it is not."""
    period = one.get("period")
    end = string(period.get("end")) if isinstance(period, dict) else ""
    if end:
        text = Text(
            f"l’INS est « official » et sa période s’achève le {end} : un INS remplacé est « old »",
            f"the INS is official and its period ends on {end}: one that was replaced is 'old'",
        )
        place = reader.place(f"identifier[{index}].period.end")
        yield inferred("fhir-official-ended", text, "TRA-06", "MAT-09", at=(Quote(place, end),))


def _status(record: IdentityRecord) -> Iterator[Problem]:
    statuses = record.of(Trait.STATUS)
    codes = {value.normal for value in statuses}
    for status in statuses:
        if status.normal not in STATUSES | _RNIV:
            text = Text(
                f"code de la table 0445 ou statut du RNIV attendu, « {status.text} » trouvé",
                f"expected a code of table 0445 or a status of the RNIV, got {status.text!r}",
            )
            yield inferred("fhir-status-code", text, "ATT-07", "F16", at=(status,))
    if record.has_ins and codes & _NOT_YET and not codes & _QUALIFYING:
        text = Text(f"un INS avec le statut {statuses[0].text}", f"an INS with the status {statuses[0].text}")
        number = record.first(Trait.MATRICULE) or record.place
        yield official("fhir-ins-not-qualified", text, "TRA-01", "ATT-07", at=(statuses[0], number))
    elif "QUAL" in codes and not record.has_ins:
        text = Text("statut QUAL sans INS", "status QUAL without an INS")
        yield official("fhir-qual-without-ins", text, "TRA-02", at=(statuses[0],))


def _traits(found: FoundPatient, record: IdentityRecord, reader: PatientReader) -> Iterator[Problem]:
    present = {value.trait for value in record.values}
    strict = {Trait.BIRTH_NAME, Trait.FIRST_NAME, Trait.SEX, Trait.BIRTH_DATE}
    if not present & strict:
        text = Text(
            "un INS sans aucun trait : les traits l’accompagnent",
            "an INS without any trait: the traits go with it",
        )
        yield inferred("fhir-ins-alone", text, "TRA-02", at=(record.place,))
        return
    claims = _claims_ins(found)
    for trait, path in _WANTED.items():
        if trait not in present:
            text = Text(
                f"avec un INS, {trait.text.fr} attendu en {path}",
                f"with an INS, expected the {trait.text.en} in {path}",
            )
            sure = trait in strict or claims
            yield (official if sure else inferred)(
                "fhir-trait-missing", text, "TRA-02", "TRA-06", at=(record.place,)
            )
    for index, name in enumerate(objects(found.resource.get("name", []))):
        given = name.get("given")
        if name.get("use") == "official" and isinstance(given, list) and len(given) > 1:
            text = Text(
                "un seul prénom attendu dans name.given (le premier), la liste dans son extension",
                "expected one name in name.given (the first), the list in its extension",
            )
            yield inferred(
                "fhir-several-given",
                text,
                "TRA-06",
                at=(Quote(reader.place(f"name[{index}].given"), " ".join(map(str, given))),),
            )


_WANTED: Final = {
    Trait.BIRTH_NAME: "name[official].family", Trait.FIRST_NAME: "name[official].given",
    Trait.FIRST_NAMES: "name[official].extension birth-list-given-name", Trait.SEX: "gender", Trait.BIRTH_DATE: "birthDate",
    Trait.BIRTH_PLACE: "extension patient-birthPlace (inseeCode)",
}  # fmt: skip
