"""PRF-02, PRF-03, PRF-05: the list of documents is the site's, nothing is chosen in it, and nothing validates by itself."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers import site
from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, LOW_CONFIDENCE_PROOFS, Status
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Form
from conformance.suite.desk.apart import CARD
from conformance.suite.desk.card_calls import read_card
from conformance.suite.desk.cards import family
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.people import NAMES_IN_USE, adult
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import ANYTHING, Moment, expect_kept
from conformance.suite.proof.kinds import NEW_KIND, OTHER_NEW_KIND, kinds_known
from conformance.suite.proof.lists import lists_of_site, lists_restored, other_settings, write, writes
from conformance.suite.proof.screens import expect_not_selected
from conformance.suite.site.settings import restored, setting, switch
from conformance.suite.states.card_life import fed_by_card, with_card_attached
from conformance.verdicts import Departure, UndecidedError

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.snapshot import Snapshot
    from conformance.suite.desk.steps import Desk

CHECKED = frozenset({Status.VALI, Status.QUAL})

UNCHECKED = routes(Status.PROV, Status.RECUP)
_PAIR = 2
"""How many kinds are taken off at once."""


@pytest.mark.rule("PRF-02")
@pytest.mark.title(
    fr="Une pièce ajoutée au paramétrage s'enregistre, et valide selon le niveau de confiance qu'on lui donne",
    en="A document added by the settings can be recorded, and validates by the level of confidence given to it",
)
@pytest.mark.parametrize("route", UNCHECKED, ids=str)
def test_new_kind(desk: Desk, route: Route) -> None:
    with lists_restored(desk):
        high, low = lists_of_site(desk)
        write(desk, high, [*low, NEW_KIND])
        patient = desk.bring(adult(desk), route)
        _expect_recorded(desk, patient, NEW_KIND)
        before = desk.snapshot(patient)
        _expect_no_validation(desk, before, f"{NEW_KIND} sans haut niveau de confiance")
        write(desk, [*high, OTHER_NEW_KIND, NEW_KIND], low)
        with suppress(RefusedError):
            desk.lgo.record_proof(patient.id, NEW_KIND, actor=desk.user)
        _expect_validation(desk, patient, f"{NEW_KIND} passée à haut niveau de confiance")
        other = desk.bring(adult(desk), route)
        _expect_recorded(desk.as_super_user(), other, NEW_KIND)
        _expect_validation(desk, other, f"{NEW_KIND} à haut niveau de confiance", desk.super_user)


@pytest.mark.rule("PRF-02")
@pytest.mark.title(
    fr="Une pièce retirée du haut niveau de confiance ne valide plus, les autres valident encore, et l'acquis reste",
    en="A document taken off high confidence validates no more, the others still do, and what was done stays",
)
@pytest.mark.parametrize("route", UNCHECKED, ids=str)
def test_lowered_kind(desk: Desk, route: Route) -> None:
    with lists_restored(desk):
        high, low = lists_of_site(desk)
        if len(high) < 2:  # noqa: PLR2004 - one to take off, one to leave
            raise UndecidedError(
                f"moins de deux pièces à haut niveau de confiance : {', '.join(high) or '-'}",
                f"fewer than two high-confidence documents: {', '.join(high) or '-'}",
            )
        for taken in high:
            left = [kind for kind in high if kind != taken]
            done = desk.bring(adult(desk), route)
            _expect_recorded(desk, done, taken)
            _expect_validation(desk, done, taken)
            earlier = desk.snapshot(done)
            if writes(desk, left, [*low, taken], is_last=taken == high[-1]):
                break
        patient = desk.bring(adult(desk), route)
        _expect_recorded(desk, patient, taken)
        _expect_no_validation(desk, desk.snapshot(patient), f"{taken} abaissée par le site")
        _expect_recorded(desk, patient, left[0])
        _expect_validation(desk, patient, left[0])
        # That an identity validated before stays so is a deduction: no text says the opposite.
        expect_kept(
            desk.snapshot(done),
            earlier,
            Moment("pièce abaissée par le site après coup", "document lowered by the site afterwards"),
            inferred=True,
        )


@pytest.mark.rule("PRF-02")
@pytest.mark.title(
    fr="Une pièce que le site ne connaît plus ne valide pas, et le paramétrage se relit tel qu'il a été écrit",
    en="A document that the site does not know any more does not validate, and the settings are read as written",
)
def test_removed_kind(desk: Desk) -> None:
    with lists_restored(desk):
        high, low = lists_of_site(desk)
        others = other_settings(desk)
        for removed in high:
            left = [kind for kind in high if kind != removed]
            done = desk.bring(adult(desk), Route.TYPED)
            _expect_recorded(desk, done, removed)
            _expect_validation(desk, done, removed)
            earlier = desk.snapshot(done)
            if writes(desk, left, low, is_last=removed == high[-1]):
                break
        expect_kept(
            desk.snapshot(done),
            earlier,
            Moment(
                f"{removed} retirée de la liste après avoir validé",
                f"{removed} taken off the list after it validated",
            ),
            inferred=True,
        )
        expect_equal(
            got=other_settings(desk),
            expected=others,
            fr="autres paramètres du site, la liste des pièces étant changée",
            en="other settings of the site, the list of documents being changed",
        )
        # Another setting is saved: the lists are not put back with it.
        for name in set(others) & {site.DISPLAYED_FIELDS, site.AUTOMATIC_VALIDATION}:
            with suppress(RefusedError):
                desk.lgo.write_settings({name: others[name]})
        patient = desk.create(adult(desk), **NAMES_IN_USE)
        # Beside a document that is recorded: what is refused does not take its place, nor it away.
        for kind in low[:1]:
            with suppress(RefusedError):
                desk.lgo.record_proof(patient.id, kind, actor=desk.user)
        before = desk.snapshot(patient)
        for actor in (desk.user, desk.super_user):
            with suppress(RefusedError):
                desk.lgo.record_proof(patient.id, removed, actor=actor)
        expect_kept(
            desk.snapshot(patient),
            before,
            Moment(f"{removed} retirée de la liste du site", f"{removed} taken off the list of the site"),
            # A software may keep what it does not offer any more.
            inferred=True,
        )
        _expect_no_validation(desk, desk.snapshot(patient), f"{removed} retirée de la liste")
        _expect_both_gone(desk, high, low)


def _expect_both_gone(desk: Desk, high: list[str], low: list[str]) -> None:
    """Take two kinds off the list at once, where the site may, and check that neither validates."""
    if len(high) <= _PAIR:
        return
    pair, left = high[-_PAIR:], high[:-_PAIR]
    write(desk, high, low)
    try:
        write(desk, left, low)
    except Departure as departure:
        if isinstance(departure.__cause__, RefusedError):
            return  # Those that a text names (PRF-06) may be fixed.
        raise
    for kind in pair:
        patient = desk.create(adult(desk))
        with suppress(RefusedError):
            desk.lgo.record_proof(patient.id, kind, actor=desk.user)
        _expect_no_validation(desk, desk.snapshot(patient), f"{kind} retirée de la liste avec une autre")


@pytest.mark.rule("PRF-03")
@pytest.mark.title(
    fr="La liste des pièces s'ouvre sans rien de choisi, pour chacun et à chaque fois",
    en="The list of documents opens with nothing chosen, for everybody and each time",
)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_nothing_is_selected(desk: Desk, route: Route) -> None:
    # Nor does where somebody was born choose one.
    person = desk.play(PARTS["double-hyphen-abroad-summer"]) if route is Route.TYPED else adult(desk)
    patient = desk.bring(person, route)
    _expect_nothing_selected(desk, patient)
    # The document that somebody else showed is no choice for this one.
    for kind in kinds_known(desk)[:3]:
        with suppress(RefusedError):
            desk.lgo.record_proof(desk.create(adult(desk)).id, kind, actor=desk.user)
    if route is Route.TYPED:
        # Nor does a card, attached or called with: it is no document of identity.
        people = family(desk.draw)
        holder = with_card_attached(desk, people)
        _expect_nothing_selected(desk, holder)
        with desk.if_offered(CARD), suppress(RefusedError, UndecidedError):
            fed_by_card(desk, holder, people)
    _expect_nothing_selected(desk, patient)
    _expect_nothing_selected(desk.as_super_user(), patient)


@pytest.mark.rule("PRF-03")
@pytest.mark.title(
    fr="Une validation sans pièce nommée n'en met aucune dans le dossier, même après celles des autres",
    en="A validation that names no document puts none into the file, even after those of others",
)
@pytest.mark.parametrize("route", UNCHECKED, ids=str)
def test_none_appears(desk: Desk, route: Route) -> None:
    desk.check_document(desk.create(adult(desk)))
    patient = desk.bring(adult(desk), route)
    before = desk.snapshot(patient)
    expect(
        before.patient.proof is None,
        fr=f"une pièce est au dossier sans avoir été choisie : {before.patient.proof}",
        en=f"a document is in the file that nobody chose: {before.patient.proof}",
    )
    for user in (desk.user, desk.super_user):
        with suppress(RefusedError):
            desk.lgo.validate_identity(patient.id, actor=user)
        expect_kept(
            desk.snapshot(patient),
            before,
            Moment("validation sans pièce nommée", "validation that names no document"),
        )


@pytest.mark.rule("PRF-05")
@pytest.mark.title(
    fr="Validation automatique absente ou désactivée, aucune pièce enregistrée ne valide, pour aucun utilisateur",
    en="With no automatic validation, or with it switched off, no recorded document validates, for any user",
)
@pytest.mark.parametrize("route", UNCHECKED, ids=str)
def test_switched_off(desk: Desk, route: Route) -> None:
    with restored(desk, site.AUTOMATIC_VALIDATION):
        if setting(desk, site.AUTOMATIC_VALIDATION) is not None:
            # On and off again, and again: a switch that only works once is none.
            for value in (site.ON, site.OFF) * 2:
                switch(desk, value)

        def judge(kind: str, user: str) -> None:
            # A composite proof is that of a minor.
            person = desk.draw(birth_date="2015-03-19") if kind in site.COMPOSITE_PROOFS else adult(desk)
            patient = desk.bring(person, route)
            before = desk.snapshot(patient)
            with suppress(RefusedError):
                desk.lgo.record_proof(patient.id, kind, actor=desk.by(user).user)
            # Opening the file again is an occasion to validate late.
            desk.read(patient, desk.super_user)
            expect_kept(
                desk.snapshot(patient),
                before,
                Moment(
                    f"{kind} enregistrée, validation automatique désactivée ou absente",
                    f"{kind} recorded, automatic validation switched off or absent",
                ),
                besides={"proof": ANYTHING},
            )

        kinds = kinds_known(desk)
        with desk.if_at_hand(CARD), suppress(RefusedError):
            # A card that lies in the reader is no document, and switches nothing on.
            read_card(desk, family(desk.draw).card())
        # How the file was fed makes no difference to the kinds: all are shown for one that was typed first.
        shown = kinds[:2] if route is Route.ARRIVED else (*kinds, *site.COMPOSITE_PROOFS[:1])
        cases = {kind: partial(judge, kind, "user") for kind in shown}
        expect_each(cases | {f"{kinds[0]}, super-utilisateur": partial(judge, kinds[0], "super-user")})


@pytest.mark.rule("PRF-05")
@pytest.mark.title(
    fr="Activée, la validation automatique ne vaut que pour une pièce à haut niveau de confiance",
    en="Switched on, automatic validation holds for a high-confidence document only",
)
@pytest.mark.parametrize("route", UNCHECKED, ids=str)
def test_switched_on(desk: Desk, route: Route) -> None:
    if setting(desk, site.AUTOMATIC_VALIDATION) is None:
        return  # There is none to switch on: the vendor declares so, and ``test_switched_off`` looks whether it is true.
    high, low = list(HIGH_CONFIDENCE_PROOFS), list(LOW_CONFIDENCE_PROOFS)
    if setting(desk, site.HIGH_CONFIDENCE_PROOFS) is not None:
        high, low = lists_of_site(desk)
    with restored(desk, site.AUTOMATIC_VALIDATION):
        switch(desk, site.ON)

        def judge(kind: str, *, of_child: bool = False) -> None:
            patient = desk.bring(desk.draw(birth_date="2015-03-19") if of_child else adult(desk), route)
            before = desk.snapshot(patient)
            with suppress(RefusedError):
                desk.lgo.record_proof(patient.id, kind, actor=desk.user)
            moment = Moment(
                f"{kind} enregistrée, validation automatique activée",
                f"{kind} recorded, automatic validation switched on",
            )
            after = desk.snapshot(patient)
            may = {"proof": ANYTHING, **({"status": ANYTHING} if kind in high else {})}
            expect_kept(after, before, moment, besides=may)
            if after.patient.status is not before.patient.status:
                wanted = Status.QUAL if route.status is Status.RECUP else Status.VALI
                expect_equal(
                    got=after.patient.status,
                    expected=wanted,
                    fr=f"statut, {moment.fr}",
                    en=f"status, {moment.en}",
                )

        child = {
            f"{kind}, enfant": partial(judge, kind, of_child=True)
            for kind in low
            if kind == "BIRTH_CERTIFICATE"
        }
        expect_each({kind: partial(judge, kind) for kind in (high[0], *low)} | child)
        done = desk.bring(adult(desk), route)
        untouched = desk.snapshot(done)
        with suppress(RefusedError):
            desk.lgo.validate_identity(done.id, actor=desk.user)
        expect_kept(
            desk.snapshot(done),
            untouched,
            Moment(
                "« valider » sans pièce, validation automatique activée",
                "“validate” with no document, automatic validation switched on",
            ),
        )
        with suppress(RefusedError):
            desk.lgo.record_proof(done.id, high[0], actor=desk.user)
        earlier = desk.snapshot(done)
        switch(desk, site.OFF)
        # What was validated while it was on was validated: no event of the state machine takes that back.
        expect_kept(
            desk.snapshot(done),
            earlier,
            Moment(
                "validation automatique désactivée après coup", "automatic validation switched off afterwards"
            ),
            inferred=True,
        )


def _expect_recorded(desk: Desk, patient: Patient, kind: str) -> None:
    try:
        desk.lgo.record_proof(patient.id, kind, actor=desk.user)
    except RefusedError as refusal:
        raise Departure(
            f"{kind}, dans la liste du site, ne s'enregistre pas : {refusal.message}",
            f"{kind}, in the list of the site, cannot be recorded: {refusal.message}",
        ) from refusal
    got = desk.read(patient).proof
    expect_equal(
        got=got.kind if got else None, expected=kind, fr="pièce au dossier", en="document in the file"
    )


def _expect_validation(desk: Desk, patient: Patient, what: str, user: object = None) -> None:
    before = desk.snapshot(patient)
    actor = desk.super_user if user is desk.super_user else desk.user
    with suppress(RefusedError):
        desk.lgo.validate_identity(patient.id, actor=actor)
    moment = Moment(f"validation avec {what}", f"validation with {case_text(what).en}")
    wanted = Status.QUAL if before.patient.status is Status.RECUP else Status.VALI
    expect_kept(desk.snapshot(patient), before, moment, besides={"status": wanted})


def _expect_no_validation(desk: Desk, before: Snapshot, what: str) -> None:
    for user in (desk.user, desk.super_user):
        with suppress(RefusedError):
            desk.lgo.validate_identity(before.patient.id, actor=user)
        expect_kept(
            desk.snapshot(before.patient),
            before,
            Moment(f"validation avec {what}", f"validation with {case_text(what).en}"),
        )


def _expect_nothing_selected(desk: Desk, patient: Patient) -> None:
    expect_not_selected(desk.lgo.read_form(Form.PROOF, patient_id=patient.id, actor=desk.user))
