"""One file of somebody who changes: another number, a name put right, names in use, a card, documents, the app, a doubt.

``long_life`` asks where each act leads. Here it is asked what each act leaves alone, late in a life, when there is much to
lose: a billing number from a card, names in use, an attribute, documents shown before, an INS that has been another one, and a
log that has grown. After each act the whole file is compared with what it was, and the log with what it said already: what
is written down stays, as it was written.

The life is lived once a campaign and observed by the rule of each act. An act that a software does not have, or refuses where
no text asks for it, is left out; those that begin where it would have led are left out with it.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, Attribute, Status, Verb
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import APP, ATTRIBUTES, CARD, DOWNGRADE, RECEPTION, VERIFICATION, path
from conformance.suite.desk.cards import family
from conformance.suite.states import changing_acts as acts
from conformance.suite.states.changing_acts import DOUBT, HOMONYM, PROV, QUAL, RECUP, VALI, Act, Besides, Cast
from conformance.verdicts import Departure, Ending, UndecidedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import AuditEntry, Patient
    from conformance.suite.desk.apart import Apart
    from conformance.suite.desk.snapshot import Snapshot
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

ALL: Final = frozenset(Status)
LOG: Final = path("journal", "log", Verb.READ_AUDIT_LOG)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One act of the life."""

    does: Act
    rule: str
    """The rule that says what it may change."""
    fr: str
    en: str
    begins: frozenset[Status] = ALL
    leads_to: Mapping[Status, tuple[Status, ...]] = field(default_factory=dict)
    """By status before; a status that is not named stays."""
    by: str = "user"
    is_deduced: bool = False
    must: bool = False
    """Refused, it is a departure: elsewhere another check says whether it has to be possible."""
    path: Apart | None = None
    """What only some software has, without which the life goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """One act as it was seen."""

    turn: Turn
    before: Snapshot
    after: Snapshot
    besides: Besides
    user: str
    log: tuple[Counter[Line], Counter[Line]] | None
    """The log of the file before and after; ``None``: the software does not show it."""


Line = tuple[str, ...]
"""An entry of the log as it stays: action, time, user, mode, code and what was returned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangingLife:
    """A life as far as it went."""

    turns: tuple[Turned, ...]
    departures: tuple[tuple[Turn, Departure], ...]
    """What was wrong before anything could be compared."""
    obstacles: tuple[tuple[Turn, Exception], ...]
    """The acts that could not be seen, or that the software does not have."""


def _turn(act: Act, rule: str, fr: str, en: str, **more: Any) -> Turn:
    return Turn(does=act, rule=rule, fr=fr, en=en, **more)


_CARD: Final = _turn(acts.attach, "FLD-03", "carte Vitale rattachée", "Vitale card attached", path=CARD)
_WEAK: Final = _turn(
    acts.show("DRIVING_LICENCE", "VITALE_CARD", validates=True),
    "PRF-08",
    "pièce insuffisante présentée",
    "document shown that is not enough",
    is_deduced=True,
)
_SILENCE: Final = _turn(
    acts.nobody,
    "RSP-12",
    "appels sans identité (erreur, 01, 02)",
    "calls without identity (fault, 01, 02)",
    is_deduced=True,
)
_DECLINED: Final = _turn(acts.decline, "RSP-01", "identité INSi refusée", "INSi identity declined")
_CHECKED: Final = _turn(
    acts.check,
    "STA-06",
    "pièce contrôlée",
    "document checked",
    begins=frozenset({RECUP}),
    leads_to={RECUP: (QUAL,)},
)
_FED: Final = {PROV: (RECUP,), VALI: (QUAL, RECUP), QUAL: (QUAL, RECUP)}
"""RSP-18, inferred: what a differing identity makes of a checked status is the software's to say."""
_NOW: Final = _turn(
    acts.feed(lambda cast: cast.person),
    "RSP-02",
    "identité INSi acceptée",
    "INSi identity accepted",
    leads_to=_FED,
)


def _named(by: str, *changes: Mapping[str, str | None]) -> Turn:
    return _turn(
        acts.rename(*changes), "STA-14", "noms utilisés modifiés", "names in use changed", by=by, must=True
    )


TURNS: Final = (
    _CARD,
    _WEAK,
    _turn(
        acts.show(*HIGH_CONFIDENCE_PROOFS),
        "PRF-04",
        "pièce enregistrée, sans valider",
        "document recorded, not validated",
        leads_to={PROV: (PROV, VALI)},
    ),
    _SILENCE,
    replace(
        _DECLINED,
        rule="ERR-01",
        is_deduced=True,
        fr="INSi appelé de nouveau après une erreur, identité refusée",
        en="INSi called again after a fault, identity declined",
    ),
    _named("super-user", {"used_name": "L'ZELBRUC--KV"}, {"used_first_name": None}),
    _turn(
        acts.feed(lambda cast: cast.earlier),
        "RSP-02",
        "identité INSi acceptée",
        "INSi identity accepted",
        leads_to=_FED,
        by="super-user",
    ),
    _named("user", {"used_name": None}, {"used_first_name": "NALROVK"}, {"used_name": "KVORLAN-KV"}),
    _CHECKED,
    _turn(acts.mark(HOMONYM), "ATT-01", "attribut homonyme posé", "attribute homonyme set", path=ATTRIBUTES),
    _WEAK,
    _DECLINED,
    replace(_NOW, rule="RSP-20", fr="nouveau numéro d'INSi accepté", en="new number from INSi accepted"),
    _CHECKED,
    _turn(
        acts.confirm,
        "VER-02",
        "vérification OK",
        "verification OK",
        begins=frozenset({RECUP, QUAL}),
        path=VERIFICATION,
        is_deduced=True,
    ),
    replace(_SILENCE, by="super-user"),
    _named("super-user", {"used_name": "ZELBRUC KV"}),
    _turn(
        acts.correct,
        "STA-09",
        "trait strict corrigé avec un prénom utilisé",
        "strict trait corrected with a used first name",
        by="super-user",
        begins=frozenset({RECUP, QUAL}),
        leads_to={RECUP: (PROV,), QUAL: (VALI,)},
    ),
    _CARD,
    _turn(
        acts.put_right,
        "STA-13",
        "trait rétabli par un utilisateur ordinaire",
        "trait put right by an ordinary user",
        must=True,
        begins=frozenset({PROV, VALI}),
        leads_to={VALI: (PROV, VALI)},
        is_deduced=True,
    ),
    _NOW,
    _CHECKED,
    _turn(
        acts.deny,
        "VER-05",
        "vérification KO",
        "verification KO",
        begins=frozenset({RECUP, QUAL}),
        leads_to={RECUP: (PROV,), QUAL: (PROV,)},
        path=VERIFICATION,
        by="super-user",
    ),
    _turn(acts.unmark, "ATT-01", "doute levé", "doubt lifted", path=ATTRIBUTES, is_deduced=True),
    _CARD,
    _DECLINED,
    _turn(
        acts.import_app,
        "CRE-07",
        "identité de l'Appli carte Vitale",
        "identity of the Appli carte Vitale",
        leads_to=dict.fromkeys(Status, (QUAL,)),
        path=APP,
        is_deduced=True,
    ),
    _turn(
        acts.try_locked,
        "STA-12",
        "traits verrouillés modifiés par un utilisateur ordinaire",
        "locked traits changed by an ordinary user",
        begins=frozenset({RECUP, QUAL}),
    ),
    _named("user", {"used_name": "KVORLAN"}),
    _turn(
        acts.mark(DOUBT),
        "ATT-03",
        "devenue douteuse, homonyme gardé",
        "made douteuse, homonyme kept",
        path=ATTRIBUTES,
        leads_to=dict.fromkeys(Status, (PROV,)),
    ),
    _turn(
        acts.show(*HIGH_CONFIDENCE_PROOFS, validates=True),
        "ATT-06",
        "pièce présentée pendant le doute",
        "document shown during the doubt",
        begins=frozenset({PROV}),
        is_deduced=True,
    ),
    replace(_CARD, by="super-user"),
    _turn(acts.unmark, "ATT-05", "doute levé", "doubt lifted", path=ATTRIBUTES, is_deduced=True),
    _turn(
        acts.arrive,
        "VER-09",
        "identité reçue et confirmée",
        "identity received and confirmed",
        begins=frozenset({PROV}),
        leads_to={PROV: (PROV, RECUP)},
        path=RECEPTION,
        is_deduced=True,
    ),
    _NOW,
    _turn(
        acts.lower,
        "STA-08",
        "abaissée à la main",
        "lowered by hand",
        leads_to=dict.fromkeys(Status, (PROV,)),
        by="super-user",
        begins=frozenset({RECUP, QUAL}),
        path=DOWNGRADE,
    ),
    _CARD,
    _NOW,
    _turn(
        acts.mark(Attribute.FICTIVE),
        "ATT-03",
        "devenue fictive",
        "made fictive",
        path=ATTRIBUTES,
        leads_to=dict.fromkeys(Status, (PROV,)),
    ),
    _turn(acts.rename({"used_name": "ZELBRUC"}), "STA-14", "nom utilisé modifié", "used name changed"),
)


def life(desk: Desk) -> ChangingLife:
    """Return the life of one file; lived once a campaign."""
    return desk.once("changing-life", _live)


def _live(desk: Desk) -> ChangingLife:
    def drawn(**wanted: object) -> Person:
        return desk.draw(**({"first_names_count": 3, "compound_first_name": False} | wanted))

    people = family(drawn)
    person = people.insured.person
    names = person.identity.traits.first_names.split()
    cast = Cast(people=people, earlier=_as_known_earlier(desk, person))
    # The 1er prénom is two of the list, which it starts.
    patient = desk.create(
        person, first_name=f"{names[0]}-{names[1]}", used_name="D'KVORLAN", used_first_name="NALROVK-KV"
    )
    turns: list[Turned] = []
    departures: list[tuple[Turn, Departure]] = []
    obstacles: list[tuple[Turn, Exception]] = []
    before, log = desk.snapshot(patient), _log(desk, patient)
    for turn in TURNS:
        if before.patient.status not in turn.begins:
            continue
        worker = desk.by(turn.by)
        try:
            besides = turn.does(worker, cast, before)
        except Departure as departure:
            departures.append((turn, departure))
            besides = None
        except (RefusedError, Ending) as obstacle:
            if turn.must and isinstance(obstacle, RefusedError):
                departures.append((turn, _refused(turn, before, obstacle)))
            else:
                obstacles.append((turn, obstacle))
            besides = None
        after, written = desk.snapshot(patient), _log(desk, patient)
        if besides is not None:
            logs = None if log is None or written is None else (log, written)
            turns.append(
                Turned(
                    turn=turn, before=before, after=after, besides=besides, user=worker.user.user, log=logs
                )
            )
        before, log = after, written
    return ChangingLife(turns=tuple(turns), departures=tuple(departures), obstacles=tuple(obstacles))


def _refused(turn: Turn, before: Snapshot, refusal: RefusedError) -> Departure:
    status = before.patient.status
    return Departure(
        f"{turn.fr}, identité {status} : refusé ({refusal.message})",
        f"{turn.en}, identity {status}: refused ({refusal.message})",
        inferred=turn.is_deduced,
    )


def _as_known_earlier(desk: Desk, person: Person) -> Person:
    """Return the person as INSi knew them once: a waiting number, and traits that have been put right since."""
    traits = person.identity.traits
    other = desk.draw(
        nia=True,
        sex="M" if traits.sex == "F" else "F",
        where=lambda one: (
            one.identity.traits.birth_name != traits.birth_name
            and one.identity.traits.birth_place != traits.birth_place
        ),
    )
    names = " ".join(traits.first_names.split()[:2])
    earlier = replace(other.identity, traits=replace(other.identity.traits, first_names=names))
    return replace(person, key=f"{person.key}/earlier", identity=earlier)


def _log(desk: Desk, patient: Patient) -> Counter[Line] | None:
    with desk.if_offered(LOG), suppress(RefusedError):
        return Counter(map(_line, desk.lgo.read_audit_log(actor=desk.user, patient_id=patient.id)))
    return None


def _line(entry: AuditEntry) -> Line:
    returned = ",".join(f"{name}={value}" for name, value in sorted(entry.returned.items()))
    return (entry.action, entry.at, entry.user, entry.mode or "", entry.code or "", returned)


def turns_of(lived: ChangingLife, *rules: str) -> list[Turned]:
    """Return the acts of these rules, or all when none is named.

    Raises:
        Departure: one of them went wrong before anything could be compared.
        Ending: none could be seen: why the first could not.
    """
    for turn, departure in lived.departures:
        if not rules or turn.rule in rules:
            raise departure
    found = [each for each in lived.turns if not rules or each.turn.rule in rules]
    for turn, obstacle in lived.obstacles:
        if found or (rules and turn.rule not in rules):
            continue
        if isinstance(obstacle, RefusedError):
            raise UndecidedError(
                f"{turn.fr} : le logiciel refuse ({obstacle.message})",
                f"{turn.en}: the software refuses ({obstacle.message})",
                depends_on=(turn.rule,),
            ) from obstacle
        raise obstacle
    return found
