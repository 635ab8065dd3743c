"""A patient of unknown birth place, checked against a document first, found on INSi afterwards, then doubted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Attribute, CallOutcome, Status
from conformance.drivers.protocol import RefusedError
from conformance.guided.looking import expect_refusal, expect_status, expect_told, need_status
from conformance.guided.walking import Journey
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.people import adult, typed
from conformance.suite.desk.wire import UNKNOWN_PLACE, need_found
from conformance.suite.desk.words import expect_values
from conformance.verdicts import UndecidedError
from simulator.text import Text

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.guided.walking import Walk
    from conformance.suite.desk.steps import Desk

DOUBTFUL = frozenset({Attribute.DOUTEUSE})
DOUBTFUL_HOMONYM = frozenset({Attribute.DOUTEUSE, Attribute.HOMONYME})
FICTITIOUS_HOMONYM = frozenset({Attribute.FICTIVE, Attribute.HOMONYME})
FICTITIOUS = frozenset({Attribute.FICTIVE})


def _make(desk: Desk, walk: Walk) -> None:
    lgo, user = desk.lgo, desk.user
    person = walk.welcome(adult(desk))
    traits = typed(person, first_names=None, birth_place=UNKNOWN_PLACE)
    walk.stage("created", lambda: lgo.create_patient(traits, actor=user).id)

    def file() -> str:
        return str(walk["created"])

    def look() -> Patient:
        return lgo.read_patient(file(), actor=user)

    def mark(attributes: frozenset[Attribute]) -> Patient:
        return lgo.set_attributes(file(), attributes, actor=user)

    walk.stage("document", lambda: lgo.record_proof(file(), "FRANCE_IDENTITE", actor=user))
    walk.stage("validated", lambda: lgo.validate_identity(file(), actor=user))
    walk.stage("checked", look)
    walk.stage("called", lambda: lgo.call_insi_traits(file(), actor=user))
    walk.stage("accepted", lambda: lgo.decide_proposal(walk["called"].id, accept=True, actor=user))
    walk.stage("qualified", look)
    walk.stage("marked", lambda: mark(DOUBTFUL))
    walk.stage("doubted", look)
    walk.stage("blocked", lambda: lgo.call_insi_traits(file(), actor=user))
    walk.stage("revalidated", lambda: lgo.validate_identity(file(), actor=user))
    walk.stage("both", lambda: mark(DOUBTFUL_HOMONYM))
    walk.stage("homonym", look)
    walk.stage("mixed", lambda: mark(FICTITIOUS_HOMONYM))
    walk.stage("invented", lambda: mark(FICTITIOUS))
    walk.stage("fictitious", look)


JOURNEY = Journey(
    key="document",
    title=Text(
        "une pièce d'abord, INSi ensuite, puis un doute sur l'identité",
        "a document first, INSi afterwards, then a doubt about the identity",
    ),
    acts=16,
    minutes=15,
    make=_make,
)


@pytest.mark.rule("CRE-02", "CRE-03")
@pytest.mark.title(
    fr="Cinq traits suffisent pour créer, le lieu de naissance inconnu étant 99999",
    en="Five traits are enough to create, an unknown birth place being 99999",
)
def test_created(walk: Walk) -> None:
    expect(not walk.refusal("created"), fr="la création est refusée", en="the creation is refused")
    expect_equal(
        got=walk["checked"].birth_place, expected=UNKNOWN_PLACE, fr="lieu de naissance", en="birth place"
    )


@pytest.mark.rule("PRF-07")
@pytest.mark.title(
    fr="Une identité numérique de niveau élevé permet de valider l'identité",
    en="A high-level digital identity allows validating the identity",
)
def test_digital_identity(walk: Walk) -> None:
    for stage in ("document", "validated"):
        expect(not walk.refusal(stage), fr="le contrôle est refusé", en="the check is refused")


@pytest.mark.rule("STA-04")
@pytest.mark.title(
    fr="Contrôlée sans INSi, l'identité est validée", en="Checked without INSi, the identity is validée"
)
def test_checked(walk: Walk) -> None:
    _ = walk["validated"]
    expect_status(walk["checked"], Status.VALI, "après contrôle, sans INSi", "after the check, without INSi")


@pytest.mark.rule("CRE-04")
@pytest.mark.title(
    fr="INSi est interrogé sans lieu de naissance connu", en="INSi is asked without a known birth place"
)
def test_called_without_place(walk: Walk) -> None:
    expect(not walk.refusal("called"), fr="l'appel est refusé", en="the call is refused")
    expect(
        walk.requests("called"),
        fr="aucune requête n'est partie faute de lieu de naissance",
        en="no request was sent for want of a birth place",
    )


@pytest.mark.rule("STA-05")
@pytest.mark.title(
    fr="L'identité validée dont l'identité INSi est acceptée devient qualifiée",
    en="The identité validée whose INSi identity is accepted becomes qualifiée",
)
def test_qualified(walk: Walk) -> None:
    need_status(walk["checked"], Status.VALI, depends_on=("STA-04", "PRF-07"))
    need_found(walk.requests("called"))
    _ = walk["accepted"]
    expect_status(walk["qualified"], Status.QUAL, "après l'acceptation", "after the acceptance")


@pytest.mark.rule("ATT-01")
@pytest.mark.title(
    fr="Les attributs douteuse, homonyme et fictive se posent et se relisent",
    en="The attributes douteuse, homonyme and fictive can be set and read back",
)
def test_attributes(walk: Walk) -> None:
    for act, stage, attributes in (
        ("marked", "doubted", DOUBTFUL),
        ("both", "homonym", DOUBTFUL_HOMONYM),
        ("invented", "fictitious", FICTITIOUS),
    ):
        expect(not walk.refusal(act), fr="l'attribut est refusé", en="the attribute is refused")
        expect_equal(got=walk[stage].attributes, expected=attributes, fr="attributs", en="attributes")


@pytest.mark.rule("ATT-02")
@pytest.mark.title(
    fr="Douteuse et homonyme vont ensemble, fictive va seule",
    en="Douteuse and homonyme go together, fictive goes alone",
)
def test_together(walk: Walk) -> None:
    expect(
        not walk.refusal("both"), fr="douteuse et homonyme refusées", en="douteuse and homonyme are refused"
    )
    if walk.refusal("mixed"):
        return
    raise_if_kept = walk["fictitious"].attributes
    expect(
        raise_if_kept == FICTITIOUS,
        fr="fictive a été posée avec un autre attribut",
        en="fictive was set along with another attribute",
    )


@pytest.mark.rule("ATT-03")
@pytest.mark.title(
    fr="Le doute rend l'identité qualifiée provisoire", en="The doubt makes the identité qualifiée provisoire"
)
def test_doubted(walk: Walk) -> None:
    need_status(walk["qualified"], Status.QUAL, depends_on=("STA-05",))
    _ = walk["marked"]
    expect_status(walk["doubted"], Status.PROV, "une fois douteuse", "once it is douteuse")


@pytest.mark.rule("ATT-05")
@pytest.mark.title(
    fr="Le doute efface matricule et OID, et seul le statut provisoire reste possible",
    en="The doubt clears matricule and OID, and only the status provisoire is possible",
)
def test_cleared(walk: Walk) -> None:
    if not walk["qualified"].matricule:
        raise UndecidedError(
            "le dossier n'avait pas de matricule", "the file had no matricule", depends_on=("RSP-02",)
        )
    _ = walk["marked"]
    for stage in ("doubted", "homonym", "fictitious"):
        patient: Patient = walk[stage]
        expect_values(
            {"matricule": patient.matricule, "oid": patient.oid, "status": str(patient.status)},
            {"matricule": None, "oid": None, "status": "PROV"},
            fr="une identité douteuse ou fictive garde une INS ou un statut",
            en="an identity douteuse or fictive keeps an INS or a status",
        )


@pytest.mark.rule("CAL-11")
@pytest.mark.title(
    fr="Aucune requête ne part pour une identité douteuse, et l'utilisateur le voit",
    en="No request is sent for an identity that is douteuse, and the user sees it",
)
def test_blocked(walk: Walk) -> None:
    _ = walk["marked"]
    refusal = walk.refusal("blocked")
    if isinstance(refusal, RefusedError):
        return
    expect(not walk.requests("blocked"), fr="une requête est partie", en="a request was sent")
    expect_equal(
        got=walk["blocked"].outcome, expected=CallOutcome.BLOCKED, fr="fin de l'appel", en="end of the call"
    )
    expect_told(walk["blocked"], "appel bloqué", "call blocked")


@pytest.mark.rule("ATT-06")
@pytest.mark.title(
    fr="Une identité douteuse ne se valide pas", en="An identity that is douteuse cannot be validated"
)
def test_not_validated(walk: Walk) -> None:
    _ = walk["marked"]
    if str(walk["homonym"].status) in {Status.VALI, Status.QUAL}:
        expect_refusal(
            walk,
            "revalidated",
            "une identité douteuse a été validée",
            "a doubtful identity was validated",
            inferred=True,
        )
