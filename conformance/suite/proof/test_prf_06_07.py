"""PRF-06 and PRF-07: which documents are high-confidence."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drivers import site
from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import ATTRIBUTES, SETTINGS
from conformance.suite.desk.expect import expect_each, expect_equal
from conformance.suite.desk.people import NAMES_IN_USE, adult
from conformance.suite.desk.routes import Route, routes
from conformance.suite.site.settings import parts, restored, setting
from conformance.verdicts import Departure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.suite.desk.steps import Desk

AFTER = {Status.PROV: Status.VALI, Status.RECUP: Status.QUAL}

PAPERS = ("CNI", "PASSPORT", "RESIDENCE_PERMIT")
MEANS = ("FRANCE_IDENTITE", "IDENTITE_NUMERIQUE_LA_POSTE")

PEOPLE: dict[str, tuple[dict[str, Any], str]] = {
    "adult": ({}, "user"),
    "abroad-1921": ({"birth_date": "1921-08-07", "birth_place": "99127", "nia": True}, "super-user"),
    "minor": ({"birth_date": "2014-06-30", "birth_place": "97411"}, "user"),
}
"""Who shows the document, by the features wished, and who is at the desk."""

KINDS = [pytest.param(kind, marks=pytest.mark.rule("PRF-06"), id=kind) for kind in PAPERS]
KINDS += [pytest.param(kind, marks=pytest.mark.rule("PRF-07"), id=kind) for kind in MEANS]


@pytest.mark.title(
    fr="Cette pièce à haut niveau de confiance permet de valider l'identité",
    en="This high-confidence document allows validating the identity",
)
@pytest.mark.parametrize("route", routes(Status.PROV, Status.RECUP), ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_allows_validation(desk: Desk, kind: str, route: Route) -> None:
    def judge(wishes: Mapping[str, Any], user: str) -> None:
        worker = desk.by(user)
        # Neither a name in use nor a place that nobody knows is a reason to refuse a document.
        unknown = {"birth_place": "99999"} if route is Route.TYPED else {}
        patient = (
            desk.bring(desk.draw(**wishes), route)
            if wishes
            else desk.bring(adult(desk), route, **NAMES_IN_USE, **unknown)
        )
        with desk.if_offered(ATTRIBUTES):
            # A namesake shows a document as anybody does; and the mark is no reason to refuse it.
            if wishes.get("nia"):
                set_attributes(worker, patient, {Attribute.HOMONYME})
        try:
            worker.lgo.record_proof(patient.id, kind, actor=worker.user)
            worker.lgo.validate_identity(patient.id, actor=worker.user)
        except RefusedError as refusal:
            raise Departure(
                f"{kind} ne permet pas de valider l'identité : {refusal.message}",
                f"{kind} does not allow validating the identity: {refusal.message}",
            ) from refusal
        expect_equal(
            got=desk.read(patient).status,
            expected=AFTER[route.status],
            fr=f"statut après contrôle avec {kind}",
            en=f"status after a check with {kind}",
        )

    # A minor may have an identity card or a passport of their own; the rest is of people of age.
    who = {key: one for key, one in PEOPLE.items() if key != "minor" or kind in PAPERS[:2]}
    with _on_the_list(desk, kind):
        expect_each({key: partial(judge, *one) for key, one in who.items()})


@contextmanager
def _on_the_list(desk: Desk, kind: str) -> Iterator[None]:
    """Have the site put a means on its list that is delivered without it: which ones it holds is the site's (PRF-02)."""
    listed = desk.once("high-confidence listed", _listed)
    if kind in PAPERS or listed is None or kind in listed:
        yield
        return
    with restored(desk, site.HIGH_CONFIDENCE_PROOFS):
        with suppress(RefusedError):  # The checks of the means then say so.
            desk.lgo.write_settings({site.HIGH_CONFIDENCE_PROOFS: ",".join([*listed, kind])})
        yield


def _listed(desk: Desk) -> list[str] | None:
    """Return the high-confidence documents of the site, ``None`` where the software does not tell them."""
    with desk.if_at_hand(SETTINGS):
        told = setting(desk, site.HIGH_CONFIDENCE_PROOFS)
        return None if told is None else parts(told)
    return None
