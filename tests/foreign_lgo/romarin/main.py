"""Romarin, a small LGO: its driver over HTTP. python main.py [PORT]."""

from __future__ import annotations

import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote

import doors
from doors import LEDGER
from rights import guarded, usual
from words import RefusedError

ID = "(?P<patient_id>[^/]+)"
ROUTES = [
    ("GET", "/capabilities", doors.capabilities),
    ("POST", "/reset", doors.reset),
    ("POST", "/patients", doors.create_patient),
    ("GET", "/patients", doors.search_patients),
    ("GET", f"/patients/{ID}", doors.read_patient),
    ("PATCH", f"/patients/{ID}", doors.update_patient),
    ("POST", "/insi-calls", doors.call_insi),
    ("GET", "/insi-calls/(?P<call_id>[^/]+)/proposal", doors.read_proposal),
    ("POST", "/insi-calls/(?P<call_id>[^/]+)/decision", doors.decide_proposal),
    ("POST", f"/patients/{ID}/proofs", doors.record_proof),
    ("POST", f"/patients/{ID}/validation", doors.validate_identity),
    ("PUT", f"/patients/{ID}/attributes", doors.set_attributes),
    ("POST", f"/patients/{ID}/downgrade", doors.downgrade_status),
    ("GET", f"/patients/{ID}/history", doors.read_status_history),
    ("GET", "/audit-log", doors.read_audit_log),
    ("GET", "/settings", doors.read_settings),
    ("PUT", "/settings", doors.write_settings),
    ("GET", "/matricule-search", doors.search_by_matricule),
    ("GET", f"/patients/{ID}/ins-history", doors.read_ins_history),
    ("POST", f"/patients/{ID}/verifications", doors.verify_ins),
    ("GET", "/worklist", doors.read_worklist),
    ("GET", "/forms/(?P<form>[A-Z]+)", doors.read_form),
    ("GET", "/dashboard", doors.read_dashboard),
    ("PUT", "/clock", doors.set_clock),
    ("POST", "/card-readings", doors.read_card),
    ("PUT", "/card-reader", doors.swap_card),
    ("PUT", f"/patients/{ID}/card", doors.attach_card),
    ("POST", "/app-readings", doors.import_app),
    ("POST", "/received-identities", doors.receive_identity),
    ("POST", "/scans", doors.scan),
    ("GET", f"/patients/{ID}/documents", doors.read_documents),
    ("GET", "/rights/(?P<name>[^/]+)", doors.read_rights),
    ("PUT", "/rights/(?P<name>[^/]+)", doors.write_rights),
    ("POST", f"/patients/{ID}/started-insi-calls", doors.start_call),
    ("GET", "/insi-calls/(?P<call_id>[^/]+)", doors.read_call),
    ("POST", f"/patients/{ID}/messages", doors.export_message),
    ("POST", "/exports", doors.export_patients),
    ("POST", f"/patients/{ID}/renderings", doors.render),
]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        pass

    def answer(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, _, query = self.path.partition("?")
        try:
            status, document = self.find(path, dict(parse_qsl(query)), content)
        except RefusedError as refusal:
            status, document = 422, refusal.answer
        except LookupError as missing:
            status, document = 404, {"code": "INCONNU", "message": repr(missing)}
        except Exception as error:  # noqa: BLE001 - whatever it is, the driver answers
            status, document = 500, {"code": "PANNE", "message": repr(error)}
        body = b"" if document is None else json.dumps(document, ensure_ascii=False).encode()
        self.send_response(status)
        if document is not None:
            self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def find(self, path: str, query: dict, content: bytes) -> tuple:
        for method, pattern, act in ROUTES:
            matched = re.fullmatch(pattern, path)
            if method == self.command and matched:
                parts = {name: unquote(value) for name, value in matched.groupdict().items()}
                body = json.loads(content) if content else {}
                user, role = self.headers.get("X-Banc-User", ""), self.headers.get("X-Banc-Role", "USER")
                request = parts | {"query": query, "body": body, "user": user, "role": role}
                return guarded(act, request, LEDGER.rights.get(user, usual(role)))
        return 404, {"code": "INCONNU", "message": f"{self.command} {path}"}

    do_GET = do_POST = do_PUT = do_PATCH = answer  # noqa: N815 - names fixed by http.server


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 9311), Handler)
    sys.stdout.write(f"Romarin http://127.0.0.1:{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()
