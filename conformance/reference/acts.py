"""The driver API without its transport: each verb is one act of the LGO. ``api.py`` and ``stdio.py`` serve it.

What a vendor adds to a software to have it driven is this table and one of the two servers.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from conformance.drivers.ahead import EMBEDDABLE
from conformance.drivers.model import Capabilities, Verb
from conformance.drivers.protocol import RefusedError
from conformance.drivers.verbs import ALWAYS, VERBS
from conformance.reference.soap import SOFTWARE_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from conformance.drivers import wire
    from conformance.drivers.model import Actor
    from conformance.drivers.verbs import Declaration
    from conformance.reference.lgo import Lgo


class Acts:
    """What the reference LGO does for each verb.

    Args:
        lgo: the software.
    """

    def __init__(self, lgo: Lgo) -> None:
        self._guard = lgo.guard
        patients, calls, partners, bulk = lgo.patients, lgo.calls, lgo.partners, lgo.bulk
        self._acts: Mapping[Verb, Callable[..., object]] = {
            Verb.CREATE_PATIENT: patients.create,
            Verb.SEARCH_PATIENTS: patients.search,
            Verb.SEARCH_BY_MATRICULE: patients.search_by_matricule,
            Verb.READ_CARD: lgo.cards.read,
            Verb.SWAP_CARD: lgo.cards.swap,
            Verb.CALL_INSI_CARD: lgo.cards.call,
            Verb.ATTACH_CARD: lgo.cards.attach,
            Verb.IMPORT_APP_IDENTITY: lgo.cards.import_app,
            Verb.READ_INS_HISTORY: calls.former,
            Verb.CHOOSE_AUTHENTICATION: lgo.sign_in.choose,
            Verb.SET_CLOCK: lgo.set_clock,
            Verb.READ_PATIENT: patients.read,
            Verb.UPDATE_PATIENT: lgo.feed.telling(patients.update),
            Verb.RECORD_PROOF: patients.record_proof,
            Verb.VALIDATE_IDENTITY: patients.validate,
            Verb.SET_ATTRIBUTES: lgo.feed.telling(patients.set_attributes),
            Verb.DOWNGRADE_STATUS: lgo.feed.telling(patients.downgrade),
            Verb.READ_STATUS_HISTORY: lambda patient_id, actor: patients.history(patient_id),  # noqa: ARG005
            Verb.CALL_INSI_TRAITS: calls.call_for_patient,
            Verb.SEARCH_INSI: calls.call_with_traits,
            # The answer is there when the identifier is.
            Verb.START_INSI_CALL: lambda patient_id, actor: (
                calls.call_for_patient(patient_id, actor, is_started=True).id
            ),
            Verb.READ_INSI_CALL: lambda call_id, actor: calls.ended(call_id),  # noqa: ARG005
            Verb.READ_PROPOSAL: lambda call_id, actor: calls.proposal(call_id),  # noqa: ARG005
            Verb.DECIDE_PROPOSAL: lambda call_id, accept, actor: calls.decide(
                call_id, accept=accept, actor=actor
            ),
            Verb.VERIFY_INS: partners.verify,
            Verb.START_BULK_VERIFICATION: bulk.start,
            Verb.READ_BULK_VERIFICATION: bulk.read,
            Verb.WRITE_TRUSTED_SENDERS: partners.trust,
            Verb.RECEIVE_IDENTITY: partners.receive,
            Verb.RECEIVE_MESSAGE: lgo.messages.receive,
            Verb.FETCH_MESSAGES: lgo.mailbox.fetch,
            Verb.READ_WORKLIST: partners.items,
            Verb.READ_DOCUMENTS: partners.documents,
            Verb.READ_DASHBOARD: lambda actor: lgo.dashboard(),  # noqa: ARG005
            Verb.READ_AUDIT_LOG: lambda patient_id, actor: lgo.audit_log(patient_id),  # noqa: ARG005
            Verb.READ_FORM: lgo.screens.read,
            Verb.READ_RIGHTS: lgo.guard.rights,
            Verb.WRITE_RIGHTS: lgo.guard.give,
            Verb.READ_SETTINGS: lgo.settings,
            Verb.WRITE_SETTINGS: lgo.write_settings,
            **lgo.papers.acts(),
        }
        self._not_supported = lgo.papers.not_supported()
        self._always: Mapping[str, Callable[..., object]] = {
            "capabilities": self.capabilities,
            "reset": lgo.reset,
        }

    def capabilities(self) -> Capabilities:
        """Return what the LGO declares: it can do all that has an act here."""
        return Capabilities(
            name="banc-lgo",
            version=SOFTWARE_VERSION,
            vendor="banc-insi",
            verbs=frozenset(self._acts),
            not_supported=self._not_supported,
            with_patient=EMBEDDABLE,
        )

    def declarations(self) -> list[Declaration]:
        """Return what the LGO can be asked, ``capabilities`` and ``reset`` included."""
        return [*ALWAYS.values(), *(each for verb, each in VERBS.items() if verb in self._acts)]

    def do(self, declaration: Declaration, request: wire.Node, actor: Actor | None) -> Any:
        """Do a verb and return its answer as JSON; ``None`` when it has none.

        Args:
            declaration: one of ``declarations``.
            request: the arguments by name.
            actor: who acts, for the verbs that have an actor.

        Raises:
            RefusedError: the LGO refuses.
            NotFoundError: there is no such patient or call.
            MalformedAnswerError: the request is not as declared.
        """
        arguments = list(declaration.read_request(request).values())
        if declaration.verb is None:
            return declaration.write_answer(self._always[declaration.name](*arguments))
        act = self._acts[declaration.verb]
        if actor is None or not declaration.has_actor:
            return declaration.write_answer(act(*arguments))
        entitled = self._guard.enter(declaration.verb, actor)
        answer = act(*arguments, entitled)
        return declaration.write_answer(self._guard.leave(declaration.verb, entitled, answer))

    def together(self, names: Sequence[str], request: wire.Node, actor: Actor | None) -> dict[str, Any]:
        """Return the answers that a file was asked together with, by verb; what is refused is left out and asked for apart.

        Args:
            names: the verbs; those that are not answered together with a file are left out too.
            request: the patient.
            actor: who acts.
        """
        answers: dict[str, Any] = {}
        for verb in EMBEDDABLE:
            if verb.value in names:
                with suppress(RefusedError):
                    answers[verb.value] = self.do(VERBS[verb], request, actor)
        return answers
