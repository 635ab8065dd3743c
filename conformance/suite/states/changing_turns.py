"""The acts of the life of somebody who changes, in order: each with the rule that says what it may change."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, Attribute, Status
from conformance.suite.desk.apart import APP, ATTRIBUTES, CARD, DOWNGRADE, LOTS, RECEPTION, VERIFICATION
from conformance.suite.states import changing_acts as acts
from conformance.suite.states.changing_acts import DOUBT, HOMONYM, PROV, QUAL, RECUP, VALI

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.suite.desk.apart import Apart
    from conformance.suite.states.changing_acts import Act

ALL: Final = frozenset(Status)


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
    is_quiet: bool = False
    """Nothing is modified: a log that says so lies."""
    must: bool = False
    """Refused, it is a departure: elsewhere another check says whether it has to be possible."""
    path: Apart | None = None
    """What only some software has, without which the life goes on."""


def _turn(act: Act, rule: str, fr: str, en: str, **more: Any) -> Turn:
    return Turn(does=act, rule=rule, fr=fr, en=en, **more)


CARDED: Final = _turn(acts.attach, "FLD-03", "carte Vitale rattachée", "Vitale card attached", path=CARD)
WEAK: Final = _turn(
    acts.show("DRIVING_LICENCE", "VITALE_CARD", validates=True),
    "PRF-08",
    "pièce insuffisante présentée",
    "document shown that is not enough",
    is_deduced=True,
)
SILENCE: Final = tuple(
    _turn(
        acts.ask(ending),
        rule,
        f"appel sans identité ({fr})",
        f"call without identity ({en})",
        is_deduced=True,
        is_quiet=True,
    )
    for ending, rule, fr, en in (
        (acts.FAULT, "ERR-02", "erreur", "fault"),
        ("answers/not-found", "RSP-12", "01", "01"),
        ("answers/several", "RSP-13", "02", "02"),
    )
)
DECLINED: Final = _turn(
    acts.decline,
    "RSP-01",
    "identité INSi refusée, puis dossier enregistré",
    "INSi identity declined, then file saved",
)
QUALIFIED: Final = _turn(
    acts.check,
    "STA-06",
    "pièce contrôlée",
    "document checked",
    begins=frozenset({RECUP}),
    leads_to={RECUP: (QUAL,)},
    must=True,
)
_FED: Final = {PROV: (RECUP,), VALI: (QUAL, RECUP), QUAL: (QUAL, RECUP)}
"""RSP-18, inferred: what a differing identity makes of a checked status is the software's to say."""
NOW: Final = _turn(
    acts.feed(lambda cast: cast.person),
    "RSP-02",
    "identité INSi acceptée",
    "INSi identity accepted",
    leads_to=_FED,
)


DOUBTED: Final = _turn(
    acts.try_all_in_doubt,
    "ATT-06",
    "INSi appelé et pièce présentée pendant le doute",
    "INSi called and document shown during the doubt",
    begins=frozenset({PROV}),
    is_deduced=True,
)
CONFIRMED: Final = _turn(
    acts.confirm,
    "VER-02",
    "vérification OK",
    "verification OK",
    begins=frozenset({RECUP, QUAL}),
    path=VERIFICATION,
    is_deduced=True,
)


IN_LOTS: Final = tuple(
    _turn(
        acts.in_a_lot(in_error=in_error),
        "BLK-03",
        f"lot {fr}",
        f"lot {en}",
        begins=frozenset({RECUP, QUAL}),
        path=LOTS,
        is_deduced=True,
        is_quiet=True,
    )
    for in_error, fr, en in ((False, "OK", "OK"), (True, "en erreur", "in error"))
)

LONG_NAME: Final = "KVORLAN-DRIMVAK-NALROVK-VIZBELOR-HUZBERT-CURBLEZ-ZELBR"
"""As long as a name has to be taken (TRT-04: 54 characters), typed into a file that is locked but for that."""


def renamed(by: str, *changes: Mapping[str, str | None]) -> Turn:
    return _turn(
        acts.rename(*changes), "STA-14", "noms utilisés modifiés", "names in use changed", by=by, must=True
    )


RAISED: Final = _turn(
    acts.raise_by_hand,
    "STA-04",
    "déclassement à validée tenté de plus bas, ou de validée",
    "lowering to validée tried from below, or from validée",
    begins=frozenset({PROV, RECUP, VALI}),
    leads_to={RECUP: (RECUP, PROV)},
    path=DOWNGRADE,
    by="super-user",
    is_quiet=True,
)


UNLOCKED: Final = _turn(
    acts.there_and_back,
    "STA-12",
    "identité redevenue provisoire, trait modifié puis rétabli",
    "identity gone back to provisoire, trait changed then put right",
    must=True,
    begins=frozenset({PROV}),
    is_deduced=True,
)


ARRIVED: Final = _turn(
    acts.arrive,
    "VER-09",
    "identité reçue et confirmée",
    "identity received and confirmed",
    begins=frozenset({PROV}),
    leads_to={PROV: (PROV, RECUP)},
    path=RECEPTION,
    is_deduced=True,
)
DOUBTFUL: Final = _turn(
    acts.mark(DOUBT),
    "ATT-03",
    "devenue douteuse, homonyme gardé",
    "made douteuse, homonyme kept",
    path=ATTRIBUTES,
    leads_to=dict.fromkeys(Status, (PROV,)),
)
LIFTED: Final = _turn(acts.unmark, "ATT-05", "doute levé", "doubt lifted", path=ATTRIBUTES, is_deduced=True)


SHOWN: Final = _turn(
    acts.show(*HIGH_CONFIDENCE_PROOFS),
    "PRF-04",
    "pièce enregistrée, sans valider",
    "document recorded, not validated",
    leads_to={PROV: (PROV, VALI)},
)

DENIED_ELSEWHERE: Final = _turn(
    acts.arrive_denied,
    "VER-06",
    "identité reçue et démentie",
    "identity received and denied",
    begins=frozenset({PROV, VALI}),
    path=RECEPTION,
    is_quiet=True,
)

FED_EARLIER: Final = _turn(
    acts.feed(lambda cast: cast.earlier),
    "RSP-02",
    "identité INSi acceptée",
    "INSi identity accepted",
    leads_to=_FED,
    by="super-user",
)

HOMONYMOUS: Final = _turn(
    acts.mark(HOMONYM),
    "ATT-01",
    "attribut homonyme posé",
    "attribute homonyme set",
    path=ATTRIBUTES,
    must=True,
)

SHOWN_AGAIN: Final = _turn(
    acts.show(*HIGH_CONFIDENCE_PROOFS),
    "PRF-01",
    "pièce présentée de nouveau",
    "document shown again",
    # A checked identity may be theirs alone to document; what follows has a document to lose.
    by="super-user",
    begins=frozenset({QUAL}),
    is_deduced=True,
)

FED_AGAIN: Final = _turn(
    acts.feed(lambda cast: cast.person, again=True),
    "PRF-01",
    "même identité INSi acceptée de nouveau",
    "same INSi identity accepted again",
    begins=frozenset({QUAL}),
)

FORMER_ARRIVED: Final = _turn(
    acts.arrive_under_former,
    "VER-04",
    "identité reçue sous l'ancien numéro",
    "identity received under the former number",
    begins=frozenset({RECUP, QUAL}),
    path=RECEPTION,
)

CORRECTED: Final = _turn(
    acts.correct,
    "STA-09",
    "trait strict corrigé avec un prénom utilisé",
    "strict trait corrected with a used first name",
    by="super-user",
    begins=frozenset({RECUP, QUAL}),
    leads_to={RECUP: (PROV,), QUAL: (VALI,)},
)

PUT_RIGHT: Final = _turn(
    acts.put_right,
    "STA-13",
    "trait rétabli par un utilisateur ordinaire",
    "trait put right by an ordinary user",
    must=True,
    begins=frozenset({PROV, VALI}),
    leads_to={VALI: (PROV, VALI)},
    is_deduced=True,
)

DENIED: Final = _turn(
    acts.deny,
    "VER-05",
    "vérification KO",
    "verification KO",
    begins=frozenset({RECUP, QUAL}),
    leads_to={RECUP: (PROV,), QUAL: (PROV,)},
    path=VERIFICATION,
    by="super-user",
)

FROM_APP: Final = _turn(
    acts.import_app,
    "CRE-07",
    "identité de l'Appli carte Vitale",
    "identity of the Appli carte Vitale",
    leads_to=dict.fromkeys(Status, (QUAL,)),
    path=APP,
    is_deduced=True,
)

LOCKED: Final = _turn(
    acts.try_locked,
    "STA-12",
    "traits verrouillés modifiés par un utilisateur ordinaire",
    "locked traits changed by an ordinary user",
    begins=frozenset({RECUP, QUAL}),
    is_quiet=True,
)

LOWERED: Final = _turn(
    acts.lower,
    "STA-08",
    "abaissée à la main",
    "lowered by hand",
    leads_to=dict.fromkeys(Status, (PROV,)),
    by="super-user",
    begins=frozenset({RECUP, QUAL}),
    path=DOWNGRADE,
)

FICTITIOUS: Final = _turn(
    acts.mark(Attribute.FICTIVE),
    "ATT-03",
    "devenue fictive",
    "made fictive",
    path=ATTRIBUTES,
    leads_to=dict.fromkeys(Status, (PROV,)),
)

UNMARKED: Final = _turn(
    acts.unmark_all, "ATT-06", "attribut retiré", "attribute removed", path=ATTRIBUTES, is_deduced=True
)


TURNS: Final = (
    CARDED,
    WEAK,
    SHOWN,
    RAISED,
    *SILENCE,
    replace(
        DECLINED,
        rule="ERR-01",
        is_deduced=True,
        fr="INSi appelé de nouveau après une erreur",
        en="INSi called again after a fault",
    ),
    renamed("super-user", {"used_name": "L'ZELBRUC--KV"}, {"used_first_name": None}),
    DENIED_ELSEWHERE,
    FED_EARLIER,
    RAISED,
    renamed("user", {"used_name": None}, {"used_first_name": "NALROVK"}, {"used_name": "KVORLAN-KV"}),
    CONFIRMED,
    QUALIFIED,
    HOMONYMOUS,
    WEAK,
    DECLINED,
    replace(NOW, rule="RSP-20", fr="nouveau numéro d'INSi accepté", en="new number from INSi accepted"),
    QUALIFIED,
    CARDED,
    CONFIRMED,
    SHOWN_AGAIN,
    FED_AGAIN,
    FORMER_ARRIVED,
    *(replace(one, by="super-user") for one in SILENCE),
    *IN_LOTS,
    renamed("super-user", {"used_name": "ZELBRUC KV"}),
    CORRECTED,
    RAISED,
    CARDED,
    PUT_RIGHT,
    NOW,
    QUALIFIED,
    DENIED,
    _turn(acts.unmark, "ATT-01", "doute levé", "doubt lifted", path=ATTRIBUTES, is_deduced=True),
    CARDED,
    DECLINED,
    FROM_APP,
    LOCKED,
    renamed("user", {"used_name": LONG_NAME, "used_first_name": LONG_NAME.replace("KVORLAN", "KVORLIN")}),
    DOUBTFUL,
    DOUBTED,
    replace(
        RAISED,
        rule="ATT-06",
        fr="identité douteuse, déclassement à validée tenté",
        en="identité douteuse, lowering to validée tried",
        begins=frozenset({PROV}),
        is_deduced=True,
    ),
    replace(CARDED, by="super-user"),
    LIFTED,
    UNLOCKED,
    ARRIVED,
    NOW,
    LOWERED,
    UNLOCKED,
    CARDED,
    NOW,
    FICTITIOUS,
    DOUBTED,
    UNMARKED,
    _turn(acts.rename({"used_name": "ZELBRUC"}), "STA-14", "nom utilisé modifié", "used name changed"),
)
