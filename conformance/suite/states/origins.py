"""Files that did not begin at the keyboard: received from another domain, handed over by the app, fed by a card.

What a rule says of a status it says of every file in that status, wherever it came from. Most software makes these files on
paths of their own, and what comes later (locks, falls, a document, a verification) was tried on typed ones. Each file is
lived once a campaign, act by act, as in ``changing_life``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from conformance.drivers.errors import VerbNotSupportedError
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import (
    APP,
    CARD,
    DOWNGRADE,
    RECEPTION,
    VERIFICATION,
    WITHOUT_WAITING,
    WORKLIST,
    NotOfferedError,
)
from conformance.suite.desk.cards import family
from conformance.suite.desk.expect import expect
from conformance.suite.desk.routes import WITH_INS
from conformance.suite.desk.snapshot import ANOTHER, ANYTHING
from conformance.suite.desk.started import without_waiting
from conformance.suite.desk.words import app_identity, insi_values
from conformance.suite.states.card_life import fed_by_card
from conformance.suite.states.changing_acts import (
    PROV,
    QUAL,
    RECUP,
    VALI,
    Cast,
    correct,
    deny,
    feed,
    lower,
    rename,
    try_locked,
)
from conformance.suite.states.changing_life import ChangingLife, known_earlier, lived
from conformance.suite.states.changing_turns import ARRIVED, DOUBTFUL, LIFTED, NOW, QUALIFIED, Turn
from conformance.suite.verification.elsewhere import Received, receive, received, speaks_of, spoilt
from conformance.verdicts import Ending

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.drivers.model import Patient
    from conformance.suite.desk.apart import Apart
    from conformance.suite.desk.cards import Family
    from conformance.suite.desk.snapshot import Snapshot
    from conformance.suite.desk.steps import Desk
    from conformance.suite.states.changing_acts import Besides
    from simulator.registry.person import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a file comes from, and what happens to it then."""

    fr: str
    en: str
    path: Apart
    makes: Callable[[Desk, Cast], Patient | None]
    """Returns the file; ``None``: the software makes none."""
    turns: tuple[Turn, ...]


def received_file(desk: Desk, cast: Cast) -> Patient | None:
    return _file_of(desk, receive(desk, received(cast.person)), cast.person)


def denied_file(desk: Desk, cast: Cast) -> Patient | None:
    return _file_of(desk, receive(desk, spoilt(desk, cast.person, "matricule")), cast.person)


def app_file(desk: Desk, cast: Cast) -> Patient | None:
    identity = app_identity(cast.person)
    return desk.read(desk.lgo.import_app_identity(identity, patient_id=None, actor=desk.user))


def _file_of(desk: Desk, arrived: Received, person: Person) -> Patient | None:
    """Return the file that a reception made: the one it names, or the only one of that name."""
    if not isinstance(arrived.said, RefusedError) and arrived.said.patient_id is not None:
        return desk.read(desk.lgo.read_patient(arrived.said.patient_id, actor=desk.user))
    found = _found(desk, person)
    return desk.read(found[0]) if len(found) == 1 else None


def _found(desk: Desk, person: Person) -> list[Patient]:
    traits = person.identity.traits
    shown = desk.search(birth_date=traits.birth_date, name_prefix=traits.birth_name[:3])
    return [each for each in shown if each.birth_name == traits.birth_name]


def _fed(cast: Cast) -> dict[str, object]:
    return {
        **insi_values(cast.people.insured.person),
        **dict.fromkeys(("proof", "birth_date_uncertain", "former"), ANYTHING),
    }


def feed_by_card(desk: Desk, cast: Cast, before: Snapshot) -> Besides:
    fed_by_card(desk, before.patient, cast.people)
    # When the billing number of a card comes into the file is in no text.
    return {**_fed(cast), "billing_number": ANOTHER}


def _feed_later(desk: Desk, cast: Cast, before: Snapshot) -> Besides:
    there = without_waiting(desk)
    there.decide(there.find(before.patient), accept=True)
    return _fed(cast)


def _seek(desk: Desk, cast: Cast, before: Snapshot) -> Besides:
    expect(
        before.patient.id in {each.id for each in _found(desk, cast.person)},
        fr="le dossier n'est pas trouvé par la date et le début du nom",
        en="the file is not found by the date and the beginning of the name",
    )
    return {}


def _deny_and_queue(desk: Desk, cast: Cast, before: Snapshot) -> Besides:
    besides = deny(desk, cast, before)
    with desk.if_offered(WORKLIST):
        waiting = desk.lgo.read_worklist(actor=desk.user)
        expect(
            any(speaks_of(item, [before.patient], None) for item in waiting),
            fr="après une vérification KO, la liste à traiter ne dit rien de ce dossier",
            en="after a verification KO the worklist says nothing of this file",
        )
    return besides


_AT_FIRST: Final = frozenset({PROV})

_SOUGHT: Final = Turn(
    does=_seek,
    rule="SRC-01",
    fr="recherche d'antériorité",
    en="search among the local files",
    is_quiet=True,
)
_LOCKED: Final = Turn(
    does=try_locked,
    rule="STA-12",
    fr="traits verrouillés modifiés par un utilisateur ordinaire",
    en="locked traits changed by an ordinary user",
    begins=WITH_INS,
    is_quiet=True,
)
_RENAMED: Final = Turn(
    does=rename({"used_name": "ZELBRUC-KV"}, {"used_first_name": "NALROVK"}),
    rule="STA-14",
    fr="noms utilisés modifiés",
    en="names in use changed",
    must=True,
)
DENIED: Final = Turn(
    does=_deny_and_queue,
    rule="VER-05",
    fr="vérification KO",
    en="verification KO",
    begins=WITH_INS,
    leads_to=dict.fromkeys(WITH_INS, (PROV,)),
    path=VERIFICATION,
)
_CORRECTED: Final = Turn(
    does=correct,
    rule="STA-09",
    fr="trait strict corrigé avec un prénom utilisé",
    en="strict trait corrected with a used first name",
    by="super-user",
    begins=WITH_INS,
    # Whether the app stands for a document checked here, once its identity is corrected, is in no text.
    leads_to={RECUP: (PROV,), QUAL: (VALI, PROV)},
)
_LOWERED: Final = Turn(
    does=lower,
    rule="STA-08",
    fr="abaissée à la main",
    en="lowered by hand",
    by="super-user",
    begins=WITH_INS,
    leads_to=dict.fromkeys(WITH_INS, (PROV,)),
    path=DOWNGRADE,
)
_FED: Final = replace(NOW, rule="STA-03", begins=_AT_FIRST, leads_to={PROV: (RECUP,)})
FED_BY_CARD: Final = replace(
    _FED,
    does=feed_by_card,
    fr="identité INSi acceptée, par carte",
    en="INSi identity accepted, by card",
    path=CARD,
)
FED_LATER: Final = replace(
    _FED,
    does=_feed_later,
    fr="identité INSi acceptée, appel lancé sans attendre",
    en="INSi identity accepted, call started without waiting",
    path=WITHOUT_WAITING,
)
_FED_ANEW: Final = replace(
    NOW,
    does=feed(lambda cast: cast.earlier),
    fr="autre identité INSi acceptée",
    en="other INSi identity accepted",
)

ORIGINS: Final = (
    Origin(
        fr="dossier d'une identité reçue et confirmée",
        en="file of an identity received and confirmed",
        path=RECEPTION,
        makes=received_file,
        turns=(
            _SOUGHT,
            _LOCKED,
            _RENAMED,
            QUALIFIED,
            DENIED,
            LIFTED,
            ARRIVED,
            _LOCKED,
            _LOWERED,
            ARRIVED,
            DOUBTFUL,
            LIFTED,
            _FED,
            _CORRECTED,
            FED_BY_CARD,
            _LOCKED,
            _CORRECTED,
            FED_BY_CARD,
            DENIED,
            LIFTED,
            FED_BY_CARD,
            DOUBTFUL,
            LIFTED,
            FED_LATER,
            _LOCKED,
            DOUBTFUL,
            LIFTED,
            FED_BY_CARD,
            _LOWERED,
        ),
    ),
    Origin(
        fr="dossier d'une identité reçue et non confirmée",
        en="file of an identity received and not confirmed",
        path=RECEPTION,
        makes=denied_file,
        turns=(
            _SOUGHT,
            replace(QUALIFIED, rule="STA-04", begins=_AT_FIRST, leads_to={PROV: (VALI,)}),
            replace(NOW, rule="STA-05", begins=frozenset({VALI})),
            _LOWERED,
            FED_LATER,
            _FED,
            _LOCKED,
            _FED_ANEW,
        ),
    ),
    Origin(
        fr="dossier de l'Appli carte Vitale",
        en="file of the Appli carte Vitale",
        path=APP,
        makes=app_file,
        turns=(_SOUGHT, _LOCKED, _RENAMED, DENIED, LIFTED, _FED_ANEW),
    ),
    Origin(
        fr="autre dossier de l'Appli carte Vitale",
        en="another file of the Appli carte Vitale",
        path=APP,
        makes=app_file,
        turns=(replace(_CORRECTED, rule="STA-08"),),
    ),
)


def lives(desk: Desk) -> ChangingLife:
    """Return the lives of these files as one; lived once a campaign."""
    return desk.once("origins", _live)


def _live(desk: Desk) -> ChangingLife:
    def drawn(**wanted: object) -> Person:
        return desk.draw(**({"first_names_count": 3, "compound_first_name": False} | wanted))

    people = family(drawn)
    found = [
        _lived(desk, origin, replace(people, members=people.members[number:]))
        for number, origin in enumerate(ORIGINS)
    ]
    return ChangingLife(
        turns=tuple(turn for one in found for turn in one.turns),
        departures=tuple(each for one in found for each in one.departures),
        obstacles=tuple(each for one in found for each in one.obstacles),
    )


def _lived(desk: Desk, origin: Origin, people: Family) -> ChangingLife:
    turns = tuple(_named(origin))
    cast = Cast(people=people, earlier=known_earlier(desk, people.insured.person))
    try:
        patient = origin.makes(desk, cast)
        if patient is None:
            raise NotOfferedError(
                origin.path, f"{origin.fr} : aucun n'est fait", f"{origin.en}: none is made"
            )
    except (RefusedError, VerbNotSupportedError, Ending) as obstacle:
        return ChangingLife(turns=(), departures=(), obstacles=tuple((turn, obstacle) for turn in turns))
    return lived(desk, patient, cast, turns)


def _named(origin: Origin) -> Iterator[Turn]:
    """Yield the acts under names that say whose file it is."""
    for turn in origin.turns:
        yield replace(turn, fr=f"{origin.fr}, {turn.fr}", en=f"{origin.en}, {turn.en}")
