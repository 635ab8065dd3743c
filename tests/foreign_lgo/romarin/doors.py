"""The doors of Romarin: what its driver opens, one function a verb."""

from __future__ import annotations

import base64
import threading
from datetime import datetime, timedelta

import papers
import screens
from counter import SETTINGS
from ledger import Ledger
from partners import Office
from rights import usual
from words import RefusedError

LEDGER = Ledger(settings=dict(SETTINGS))
DESK = Office(LEDGER)
VERBS = [
    "create_patient",
    "search_patients",
    "read_patient",
    "update_patient",
    "call_insi_traits",
    "search_insi",
    "read_proposal",
    "decide_proposal",
    "record_proof",
    "validate_identity",
    "set_attributes",
    "downgrade_status",
    "read_status_history",
    "read_audit_log",
    "read_settings",
    "write_settings",
    "search_by_matricule",
    "read_ins_history",
    "verify_ins",
    "read_worklist",
    "read_form",
    "read_dashboard",
    "set_clock",
    "read_card",
    "swap_card",
    "call_insi_card",
    "attach_card",
    "import_app_identity",
    "receive_identity",
    "scan_datamatrix",
    "read_documents",
    "read_rights",
    "write_rights",
    "start_insi_call",
    "read_insi_call",
    "export_message",
    "export_patients",
    "render_document",
]
ACTIONS = {
    "called": "INSI_CALL",
    "verified": "INSI_VERIFICATION",
    "seen": "IDENTITY_READ",
    "changed": "IDENTITY_CHANGED",
    "fed": "IDENTITY_CHANGED",
    "opened": "CREATION",
}


def capabilities(_: dict) -> tuple:
    return 200, {
        "name": "Romarin",
        "version": "0.3",
        "vendor": "Atelier du Garrigue",
        "verbs": VERBS,
        "not_supported": {"send_document": "Ce poste n'envoie rien."},
    }


def reset(request: dict) -> tuple:
    with LEDGER.lock:
        LEDGER.facts.clear()
        LEDGER.calls.clear()
        LEDGER.settings = dict(SETTINGS)
        LEDGER.rights = {}
        LEDGER.shift = timedelta()
        LEDGER.insi_url = request["body"]["insi_url"]
    return 204, None


def shows(request: dict, state: dict, status: int = 200) -> tuple:
    return status, DESK.view(state, request["role"])


def create_patient(request: dict) -> tuple:
    return shows(request, DESK.open_file(request["user"], request["body"]), 201)


def search_patients(request: dict) -> tuple:
    asked = request["query"]
    found = DESK.search(asked.get("birth_date"), asked.get("name_prefix"), asked.get("first_name_prefix"))
    hidden = {"matricule": None, "oid": None}
    return 200, {"patients": [DESK.view(state, request["role"]) | hidden for state in found]}


def search_by_matricule(request: dict) -> tuple:
    return 200, {
        "patients": [
            DESK.view(state, request["role"])
            for state in DESK.by_matricule(request["user"], request["query"].get("matricule", ""))
        ]
    }


def read_patient(request: dict) -> tuple:
    return shows(request, DESK.read_file(request["user"], request["patient_id"]))


def update_patient(request: dict) -> tuple:
    return shows(
        request, DESK.change(request["user"], request["role"], request["patient_id"], request["body"])
    )


def record_proof(request: dict) -> tuple:
    return shows(request, DESK.show_proof(request["user"], request["patient_id"], request["body"]["kind"]))


def validate_identity(request: dict) -> tuple:
    return shows(request, DESK.validate(request["user"], request["patient_id"]))


def set_attributes(request: dict) -> tuple:
    return shows(request, DESK.mark(request["user"], request["patient_id"], request["body"]["attributes"]))


def downgrade_status(request: dict) -> tuple:
    return shows(
        request,
        DESK.downgrade(request["user"], request["role"], request["patient_id"], request["body"]["status"]),
    )


def call_insi(request: dict) -> tuple:
    body = request["body"]
    if body["mode"] == "VITALE":
        return 201, DESK.call_by_card(
            request["user"], body.get("patient_id"), body["reading_id"], body["rank"]
        )
    return 201, DESK.call(request["user"], body.get("patient_id"), body.get("traits"))


def read_proposal(request: dict) -> tuple:
    return 200, DESK.proposal(request["call_id"])


def decide_proposal(request: dict) -> tuple:
    state = DESK.decide(request["user"], request["call_id"], accept=request["body"]["accept"])
    return 200, {"patient": DESK.view(state, request["role"]) if state else None}


def read_status_history(request: dict) -> tuple:
    DESK.file(request["patient_id"])
    changes = []
    for fact in LEDGER.of(request["patient_id"], "opened", "status"):
        reason = fact.data.get("reason", "ouverture du dossier")
        changes.append(
            {
                "previous": fact.data.get("previous"),
                "status": fact.data["status"],
                "at": fact.at,
                "author": fact.user,
                "reason": reason,
            }
        )
    return 200, {"changes": changes}


def read_audit_log(request: dict) -> tuple:
    entries = []
    for fact in LEDGER.of(request["query"].get("patient_id")):
        entry = {
            "at": fact.at,
            "user": fact.user,
            "action": ACTIONS.get(fact.kind, fact.kind.upper()),
            "patient_id": fact.patient,
        }
        if fact.kind in {"called", "verified"}:
            entry |= {"mode": fact.data["mode"], "code": fact.data["code"], "returned": fact.data["returned"]}
        if fact.kind in {"changed", "fed"}:
            entry["changes"] = {name: value or "" for name, value in fact.data["values"].items()}
        entries.append(entry)
    return 200, {"entries": entries}


def read_settings(_: dict) -> tuple:
    return 200, LEDGER.settings


def write_settings(request: dict) -> tuple:
    unknown = [name for name in request["body"] if name not in SETTINGS]
    if unknown:
        raise RefusedError("REGLAGE", "Réglage inconnu : " + ", ".join(unknown))
    LEDGER.settings = LEDGER.settings | request["body"]
    return 200, LEDGER.settings


def read_ins_history(request: dict) -> tuple:
    state = DESK.read_file(request["user"], request["patient_id"])
    return 200, {"former": state["former"]}


def verify_ins(request: dict) -> tuple:
    return 201, DESK.verify(request["user"], request["patient_id"])


def read_worklist(_: dict) -> tuple:
    return 200, {
        "items": [
            {
                "id": str(fact.number),
                "reason": fact.data["reason"],
                "message": fact.data["message"],
                "patient_id": fact.patient,
                "at": fact.at,
            }
            for fact in LEDGER.of(None, "to do")
        ]
    }


def read_form(request: dict) -> tuple:
    patient = request["query"].get("patient_id")
    view = DESK.view(DESK.read_file(request["user"], patient), request["role"]) if patient else None
    kinds = DESK.kinds("high_confidence_proofs", "low_confidence_proofs", "minor_proofs")
    return 200, {
        "fields": screens.fields(request["form"], view, LEDGER.settings["displayed_fields"].split(","), kinds)
    }


def read_dashboard(_: dict) -> tuple:
    calls = LEDGER.of(None, "called", "verified")
    good = [fact for fact in calls if fact.data["code"] in {"00", "01", "02"}]
    files = [DESK.file(patient) for patient in LEDGER.patients()]
    return 200, {
        "insi_calls": len(calls),
        "insi_successes": len(good),
        "insi_failures": len(calls) - len(good),
        "patients": len(files),
        "qualified": sum(state["status"] == "QUAL" for state in files),
    }


def set_clock(request: dict) -> tuple:
    now = request["body"].get("now")
    LEDGER.shift = datetime.fromisoformat(now) - datetime.now().astimezone() if now else timedelta()
    return 204, None


def read_card(request: dict) -> tuple:
    return 201, DESK.read_card(request["body"]["card"])


def swap_card(request: dict) -> tuple:
    LEDGER.calls["reader"] = request["body"]["card"]["number"]
    return 204, None


def attach_card(request: dict) -> tuple:
    return shows(
        request,
        DESK.attach(
            request["user"], request["patient_id"], request["body"]["reading_id"], request["body"]["rank"]
        ),
    )


def import_app(request: dict) -> tuple:
    return shows(
        request,
        DESK.read_app(request["user"], request["body"]["identity"], request["body"].get("patient_id")),
    )


def receive_identity(request: dict) -> tuple:
    return 201, DESK.receive(request["user"], request["body"]["identity"])


def scan(request: dict) -> tuple:
    return 201, DESK.scan(request["user"], request["body"]["content"])


def read_documents(request: dict) -> tuple:
    DESK.file(request["patient_id"])
    facts = LEDGER.of(request["patient_id"], "document")
    return 200, {
        "documents": [
            {"id": str(fact.number), "name": fact.data["name"], "sender": fact.data["sender"], "at": fact.at}
            for fact in facts
        ]
    }


def read_rights(request: dict) -> tuple:
    return 200, {"rights": sorted(LEDGER.rights.get(request["name"], usual("USER")))}


def write_rights(request: dict) -> tuple:
    LEDGER.rights[request["name"]] = frozenset(request["body"]["rights"])
    return read_rights(request)


def start_call(request: dict) -> tuple:
    DESK.file(request["patient_id"])
    number = f"c{len(LEDGER.calls)}"
    LEDGER.calls[number] = None

    def work() -> None:
        call = DESK.call(request["user"], request["patient_id"], None)
        LEDGER.calls[number] = LEDGER.calls.pop(call["id"])
        LEDGER.calls[number]["call"]["id"] = number

    threading.Thread(target=work, daemon=True).start()
    return 201, {"call_id": number}


def read_call(request: dict) -> tuple:
    kept = LEDGER.calls[request["call_id"]]
    return 200, {"call": kept and kept["call"]}


def paper(name: str, form: str, content: bytes) -> dict:
    return {"name": name, "format": form, "content": base64.b64encode(content).decode()}


def export_message(request: dict) -> tuple:
    if request["body"]["format"] != "HL7V2":
        raise RefusedError("FORMAT", "HL7 v2 seulement.")
    state = DESK.read_file(request["user"], request["patient_id"])
    return 201, paper("adt.hl7", "HL7V2", papers.hl7(state, LEDGER.now()).encode("iso8859-15"))


def export_patients(_: dict) -> tuple:
    return 201, {
        "documents": [paper("patients.csv", "CSV", papers.table(map(DESK.file, LEDGER.patients())).encode())]
    }


def render(request: dict) -> tuple:
    if request["body"]["kind"] != "INTERVIEW_REPORT":
        raise RefusedError("DOCUMENT", "Ce document n'existe pas ici.")
    state = DESK.read_file(request["user"], request["patient_id"])
    return 201, paper("entretien.pdf", "PDF", papers.page(state, LEDGER.settings["printed_traits"]))
