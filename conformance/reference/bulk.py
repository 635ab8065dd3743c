"""The verification of a lot of identities (Règle 46, optional): given to INSi, collected later, applied line by line.

Each line has an identifier of its own, and results are matched by it, never by their rank. A KO touches its own file
only (BLK-03), and each line leaves its own trace (BLK-04).
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from conformance.drivers.partners import BulkVerification, Verification, VerificationOutcome
from conformance.reference import claims
from conformance.reference.claims import Claim, Page, Result
from conformance.reference.dashboard import LOT
from conformance.reference.files import Files, identity_of
from conformance.reference.seams import Seam
from conformance.reference.soap import Reply, ReplyKind
from conformance.reference.worklist import LotLine, StoredLot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.drivers.model import Actor
    from conformance.reference.insi_client import InsiClient
    from conformance.reference.partners import Partners
    from conformance.reference.worklist import Worklist

_PENDING = VerificationOutcome.PENDING.value
_MEDIA = 'application/soap+xml; charset=utf-8; action="{}"'


class Bulk:
    """Lots of identities to verify.

    Args:
        files: where files are written.
        client: the connection to INSi.
        worklist: where lots are kept.
        partners: what a result does to a file.
    """

    def __init__(self, files: Files, client: InsiClient, worklist: Worklist, partners: Partners) -> None:
        """Use the parts of the software."""
        self._files = files
        self._store = files.store
        self._seams = files.seams
        self._client = client
        self._worklist = worklist
        self._partners = partners

    def start(self, patient_ids: Sequence[str], actor: Actor) -> BulkVerification:
        """Deposit a lot; a file without INS is not in it."""
        url = self._partners.url()
        chosen = self._seams.one(
            Seam.TYPED, {"patient_ids": list(patient_ids)}, verb="lot", role=actor.role, user=actor.user
        )
        lines = [self._line(patient_id) for patient_id in dict.fromkeys(chosen["patient_ids"])]
        sent = self._claimed(lines, actor)
        lot = StoredLot(lines=tuple(lines), is_complete=not sent)
        if sent:
            content = claims.deposit_xml(sent, instance=self._client.instance)
            taken = self._post(url, content, claims.DEPOSIT_ACTION)
            insi_id = taken if isinstance(taken, Reply) else claims.read_deposit(*taken)
            if isinstance(insi_id, Reply):
                failed = [self._failed(line, insi_id) for line in lines]
                lot = StoredLot(lines=tuple(failed), is_complete=True)
            else:
                lot = replace(lot, insi_id=insi_id)
        with self._store.transaction():
            lot = replace(lot, id=self._worklist.add_lot(lot))
            self._files.trace("INSI_LOT", actor, None, f"{len(sent)} identités")
        return _told(lot)

    def read(self, lot_id: str, actor: Actor) -> BulkVerification:
        """Collect what INSi has done of a lot, apply it, and return what is known."""
        lot = self._worklist.lot(lot_id)
        if lot.is_complete or lot.insi_id is None:
            return _told(lot)
        page, is_finished = 1, False
        while True:
            answer = self._collect(lot.insi_id, page)
            if isinstance(answer, Reply):
                # Nothing is known of these lines: the next reading asks again.
                break
            self._apply(lot_id, answer, actor, page)
            is_finished = answer.is_finished
            page += 1
            if page > answer.pages:
                break
        known = self._worklist.lot(lot_id)
        if is_finished and all(line.outcome != _PENDING for line in known.lines):
            self._worklist.close_lot(lot_id)
        return _told(self._worklist.lot(lot_id))

    def _line(self, patient_id: str) -> LotLine:
        patient = self._store.patient(patient_id)
        claim = claims.claim_of(identity_of(patient))
        if claim is None:
            return LotLine(
                patient_id=patient_id,
                outcome=VerificationOutcome.BLOCKED.value,
                message="Ce dossier ne porte pas d'INS : il n'est pas dans le lot.",
            )
        return LotLine(patient_id=patient_id, line_id=str(uuid4()), claim=claim, outcome=_PENDING)

    def _claimed(self, lines: Sequence[LotLine], actor: Actor) -> dict[str, Claim]:
        """Return what is sent, by line."""
        records = [
            {**asdict(line.claim), "line_id": line.line_id, "patient_id": line.patient_id}
            for line in lines
            if line.claim and line.line_id
        ]
        everyone: list[dict[str, Any]] = []
        if self._seams.has(Seam.CLAIMED):
            everyone = [{"id": one.id, **identity_of(one)} for one in self._store.patients()]
        passed = self._seams.many(Seam.CLAIMED, records, by="lot", role=actor.role, everyone=everyone)
        names = Claim.__dataclass_fields__
        return {
            one.get("line_id") or str(uuid4()): Claim(**{name: one[name] for name in names}) for one in passed
        }

    def _failed(self, line: LotLine, reply: Reply) -> LotLine:
        if line.claim is None:
            return line
        return replace(line, outcome=VerificationOutcome.ERROR.value, code=reply.code, message=reply.message)

    def _collect(self, insi_id: str, page: int) -> Page | Reply:
        content = claims.collection_xml(insi_id, page, instance=self._client.instance)
        received = self._post(self._partners.url(), content, claims.COLLECTION_ACTION)
        return received if isinstance(received, Reply) else claims.read_collection(*received)

    def _post(self, url: str, content: bytes, action: str) -> tuple[int, bytes] | Reply:
        return self._client.post(url, content, _MEDIA.format(action), timeout=self._partners.timeout())

    def _apply(self, lot_id: str, page: Page, actor: Actor, nth: int) -> None:
        """Apply the results of the nth page, each to the file of its line, once."""
        pending = [line for line in self._worklist.lot(lot_id).lines if line.outcome == _PENDING]
        asked = [
            {"line_id": line.line_id, "patient_id": line.patient_id}
            for line in self._worklist.lot(lot_id).lines
        ]
        results = self._seams.many(
            Seam.LINES, [asdict(line) for line in page.lines], role=actor.role, asked=asked, nth=nth
        )
        by_line = {one["line_id"]: one for one in results}
        for line in pending:
            if line.line_id in by_line and line.claim:
                self._apply_line(lot_id, line, line.claim, by_line[line.line_id], actor)

    def _apply_line(
        self, lot_id: str, line: LotLine, claim: Claim, answer: dict[str, Any], actor: Actor
    ) -> None:
        reply = Reply(kind=ReplyKind.ANSWER, code=answer["code"], message=answer["message"])
        patient = self._store.patient(line.patient_id)
        result, reply = self._partners.judged(
            reply, by="lot", status=patient.status, role=actor.role, local=identity_of(patient)
        )
        with self._store.transaction():
            outcome = VerificationOutcome(result.value)
            told = replace(line, outcome=outcome.value, code=reply.code, message=reply.message)
            self._worklist.close_line(lot_id, told)
            self._files.trace_verification(
                reply.code, reply.message, actor, line.patient_id, LOT, kind=reply.kind, result=result
            )
        if result is Result.KO:
            self._partners.lower(line.patient_id, claim, actor)
        else:
            self._files.after(f"lot-{result.lower()}", actor, patient, claim=asdict(claim))


def _told(lot: StoredLot) -> BulkVerification:
    return BulkVerification(
        id=lot.id,
        is_complete=lot.is_complete,
        results=tuple(
            Verification(
                outcome=VerificationOutcome(line.outcome),
                patient_id=line.patient_id,
                code=line.code,
                message=line.message,
            )
            for line in lot.lines
        ),
    )
