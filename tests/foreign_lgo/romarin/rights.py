"""Who may do and see what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from words import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

RIGHTS = frozenset({"READ_IDENTITY", "READ_INS", "CALL_INSI", "CHANGE_STRICT_TRAITS", "VALIDATE_IDENTITY"})
NEEDS = {
    "READ_IDENTITY": {
        "create_patient",
        "search_patients",
        "search_by_matricule",
        "read_patient",
        "update_patient",
        "record_proof",
        "validate_identity",
        "set_attributes",
        "downgrade_status",
        "call_insi",
        "read_proposal",
        "decide_proposal",
        "read_status_history",
        "read_audit_log",
        "read_ins_history",
        "verify_ins",
        "read_worklist",
        "read_form",
        "import_app",
        "receive_identity",
        "scan",
        "read_documents",
        "start_call",
        "read_call",
        "export_message",
        "export_patients",
        "render",
        "read_card",
        "attach_card",
    },
    "READ_INS": {
        "search_by_matricule",
        "read_ins_history",
        "read_audit_log",
        "read_proposal",
        "decide_proposal",
        "import_app",
        "scan",
        "receive_identity",
        "export_patients",
        "render",
        "export_message",
    },
    "CALL_INSI": {"call_insi", "start_call", "verify_ins", "receive_identity", "scan"},
    "VALIDATE_IDENTITY": {"validate_identity", "downgrade_status"},
}


def usual(role: str) -> frozenset[str]:
    """Return the rights of a user to whom none were given."""
    return RIGHTS if role == "SUPER_USER" else RIGHTS - {"CHANGE_STRICT_TRAITS"}


def guarded(act: Callable[[dict], tuple], request: dict, has: frozenset[str]) -> tuple:
    """Do an act when the user has the rights that it needs; without READ_INS no INS is in what is shown."""
    lacking = [right for right, acts in NEEDS.items() if act.__name__ in acts and right not in has]
    if lacking:
        raise RefusedError("DROIT", "Vous n'avez pas ce droit.")
    request["role"] = "SUPER_USER" if "CHANGE_STRICT_TRAITS" in has else "USER"
    status, document = act(request)
    return status, document if "READ_INS" in has else hidden(document)


def hidden(document: Any) -> Any:
    """Return what is shown without any INS."""
    if isinstance(document, dict):
        cut = {name: hidden(value) for name, value in document.items()}
        if cut.get("name") in {"matricule", "oid"}:
            cut["value"] = None
        return cut | {name: None for name in ("matricule", "oid") if name in cut}
    return [hidden(each) for each in document] if isinstance(document, list) else document
