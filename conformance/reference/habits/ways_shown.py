"""Habits of what is answered, shown and produced otherwise: fewer keys, other labels, other forms of files."""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.habits.front import walked
from conformance.reference.habits.order import done, is_for
from conformance.reference.habits.strict import file_now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.habits.front import Asked, Habit, Inner, Said

_LABELS: Final = {
    "birth_name": "Nom de famille à la naissance", "first_name": "Premier prénom de naissance",
    "first_names": "Prénoms de naissance (tous)", "birth_date": "Date de naissance (JJ/MM/AAAA)", "sex": "Sexe (état civil)",
    "used_name": "Nom utilisé au quotidien", "used_first_name": "Prénom utilisé au quotidien",
    "birth_place": "Lieu de naissance (code INSEE)",
}  # fmt: skip
_DATES_SHOWN: Final = frozenset({"display_birth_date", "local_display", "insi_display"})
_DATE_SHOWN: Final = re.compile(r"\d\d/\d\d/\d{4}", re.ASCII)
_PEOPLE_SHOWN: Final = ("rank", "birth_name", "first_name", "birth_date")


def answers_changed(change: Callable[[Any, Asked, Inner], Any], method: str, *path: str) -> Habit:
    """Change what is answered to one request when it was done."""

    def habit(asked: Asked, inner: Inner) -> Said:
        said = inner(asked)
        if not is_for(asked, method, *path) or not done(said):
            return said
        return replace(said, body=change(said.body, asked, inner))

    return habit


def without_file(body: Any, _: Asked, __: Inner) -> Any:
    """Leave out whose call it was: the driver knows."""
    return {key: value for key, value in body.items() if key != "patient_id"}


def people_by_name(body: Any, _: Asked, __: Inner) -> Any:
    """Show of the people of a card what tells them apart."""
    people = [{key: one.get(key) for key in _PEOPLE_SHOWN} for one in body["beneficiaries"]]
    return {**body, "beneficiaries": people}


def results_from_the_last(body: Any, _: Asked, __: Inner) -> Any:
    """Show the results of a lot from the last."""
    return {**body, "results": list(reversed(body.get("results", ())))}


def lot_of_those_with_ins(asked: Asked, inner: Inner) -> Said:
    """Leave out of a lot the files that have no INS, as long as one has."""
    if is_for(asked, "POST", "bulk-verifications"):
        kept = [one for one in asked.body["patient_ids"] if file_now(asked, inner, one).get("matricule")]
        if kept:
            return inner(replace(asked, body={**asked.body, "patient_ids": kept}))
    return inner(asked)


def app_noted_as_document() -> Habit:
    """Show the Appli carte Vitale as the document with which an identity was checked, where no other is."""
    from_app: set[str] = set()

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            from_app.clear()
        said = inner(asked)
        if not done(said) or not isinstance(said.body, dict):
            return said
        if is_for(asked, "POST", "app-readings"):
            from_app.add(said.body["id"])
        if (
            said.body.get("id") in from_app
            and said.body.get("status") == "QUAL"
            and "birth_name" in said.body
        ):
            proof = said.body.get("proof") or {"kind": "APPLI_CARTE_VITALE"}
            return replace(said, body={**said.body, "proof": proof})
        return said

    return habit


def relabelled(labels: Mapping[str, str] | Callable[[str], str]) -> Habit:
    """Show other labels on the screens of a file and of a creation."""

    def habit(asked: Asked, inner: Inner) -> Said:
        said = inner(asked)
        if asked.method != "GET" or asked.path[0] != "forms" or asked.path[1] == "PROOF" or not done(said):
            return said
        fields = [
            {
                **one,
                "label": labels(one["label"]) if callable(labels) else labels.get(one["name"], one["label"]),
            }
            for one in said.body["fields"]
        ]
        return replace(said, body={**said.body, "fields": fields})

    return habit


def labels_in_sentences() -> Habit:
    """Label fields at length."""
    return relabelled(_LABELS)


def labels_in_capitals() -> Habit:
    """Write labels in capitals, as terminals do."""
    return relabelled(str.upper)


def date_in_three_fields(body: Any, _: Asked, __: Inner) -> Any:
    """Offer day, month and year of birth apart on the screen of a creation."""
    fields = []
    for one in body["fields"]:
        parts = ("jour", "mois", "année") if one["name"] == "birth_date" else ()
        fields += [
            {**one, "name": f"naissance_{part}", "label": f"{one['label']} : {part}"} for part in parts
        ] or [one]
    return {**body, "fields": fields}


def age_behind_date(asked: Asked, inner: Inner) -> Said:
    """Show the age behind a date of birth, wherever it is displayed."""
    said = inner(asked)
    if not done(said):
        return said

    def with_age(key: str, value: Any, held: Mapping[str, Any]) -> Any:
        is_shown = key in _DATES_SHOWN or (key == "value" and held.get("name") == "birth_date")
        if not (is_shown and isinstance(value, str) and _DATE_SHOWN.fullmatch(value)):
            return value
        return f"{value} ({datetime.now(UTC).year - int(value[-4:])} ans)"

    return replace(said, body=walked(said.body, with_age))


def stars_for_the_number(asked: Asked, inner: Inner) -> Said:
    """Show stars on the screen of a file where a user may not see the number."""
    said = inner(asked)
    if not is_for(asked, "GET", "forms", "PATIENT") or not done(said):
        return said
    file = file_now(asked, inner, asked.query.get("patient_id"))
    if file.get("matricule") or file.get("status") not in {"RECUP", "QUAL"}:
        return said
    fields = [
        {**one, "value": "*" * 15} if one["name"] in {"matricule", "oid"} and not one.get("value") else one
        for one in said.body["fields"]
    ]
    return replace(said, body={**said.body, "fields": fields})


def card_means_not_logged(body: Any, _: Asked, __: Inner) -> Any:
    """Tell in the log how a user signed in only where it was otherwise than by card."""
    entries = [
        {**one, "authentication": None} if one.get("authentication") == "CPX" else one
        for one in body["entries"]
    ]
    return {**body, "entries": entries}


def _rewritten(body: Any, name: str, kind: str, content: bytes) -> Any:
    return {**body, "name": name, "format": kind, "content": base64.b64encode(content).decode()}


def export_in_one_archive(body: Any, _: Asked, __: Inner) -> Any:
    """Give what is exported as one archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, one in enumerate(body["documents"], start=1):
            archive.writestr(f"export/{number}/{one['name']}", base64.b64decode(one["content"]))
    return {"documents": [_rewritten({}, "export.zip", "OTHER", packed.getvalue())]}


def export_packed(body: Any, _: Asked, __: Inner) -> Any:
    """Give each file of an export compressed."""
    return {
        "documents": [
            _rewritten(one, one["name"] + ".gz", "OTHER", gzip.compress(base64.b64decode(one["content"])))
            for one in body["documents"]
        ]
    }


def export_without_kind(body: Any, _: Asked, __: Inner) -> Any:
    """Call every file of an export "other", under a name without ending."""
    return {
        "documents": [
            {**one, "name": f"export {number}", "format": "OTHER"}
            for number, one in enumerate(body["documents"], start=1)
        ]
    }


def named_in_words(body: Any, _: Asked, __: Inner) -> Any:
    """Name messages in words."""
    return {**body, "name": f"Message n° {len(body['content'])} (à envoyer)"}


def in_a_frame(content: bytes) -> bytes:
    """Frame an HL7 v2 message as it travels (MLLP)."""
    return b"\x0b" + content.rstrip(b"\r\n") + b"\r\x1c\r"


def with_own_segments(content: bytes) -> bytes:
    """Put segments of one's own, notes and empty fields into an HL7 v2 message."""
    lines = [line for line in content.replace(b"\r\n", b"\r").replace(b"\n", b"\r").split(b"\r") if line]
    more = [b"ZLG|1|LGO|||20260102||", b"NTE|1||Message produit par le logiciel||||"]
    return b"\r".join([line + (b"" if line.startswith(b"MSH") else b"||||") for line in lines] + more) + b"\r"


def fhir_with_signature_and_tags(content: bytes) -> bytes:
    """Write a FHIR resource indented, after a byte order mark, with tags, a narrative and keys sorted."""
    resource = json.loads(content)
    resource.setdefault("meta", {})["tag"] = [{"system": "urn:lgo:tags", "code": "essai"}]
    resource["implicitRules"] = "urn:lgo:regles"
    return b"\xef\xbb\xbf" + json.dumps(resource, ensure_ascii=True, indent=4, sort_keys=True).encode()


def fhir_in_a_searchset(content: bytes) -> bytes:
    """Give a FHIR resource as a search gives it."""
    resource = json.loads(content)
    if resource["resourceType"] == "Bundle":
        return content
    entry = {"fullUrl": f"https://lgo.example/fhir/{resource['resourceType']}/{resource.get('id', '1')}", "resource": resource, "search": {"mode": "match"}}  # fmt: skip
    outcome = {"resource": {"resourceType": "OperationOutcome", "issue": [{"severity": "information", "code": "informational"}]}, "search": {"mode": "outcome"}}  # fmt: skip
    return json.dumps(
        {"resourceType": "Bundle", "type": "searchset", "total": 1, "entry": [entry, outcome]}
    ).encode()


def cda_with_prefixes(content: bytes) -> bytes:
    """Write a CDA document with a prefix before every name."""
    from lxml import etree  # noqa: PLC0415 - of the documents' extra

    root = etree.fromstring(content)
    new = etree.Element(root.tag, attrib=dict(root.attrib), nsmap={"n1": "urn:hl7-org:v3", **{k: v for k, v in root.nsmap.items() if k}})  # fmt: skip
    new.text = root.text
    new.extend(list(root))
    etree.cleanup_namespaces(new, keep_ns_prefixes=["n1", *(k for k in root.nsmap if k)])
    return etree.tostring(new, xml_declaration=True, encoding="UTF-8")
