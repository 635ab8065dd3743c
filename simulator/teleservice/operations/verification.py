"""WS_INS3, ``verifierInsAvecTraitsIdentite``: is this matricule that of these traits?

Inferred but for the names of the operation and of its parts (insi-contract §2.4): the rule is that of
``simulator.registry.verification``, codes 00 (OK) and 01 (KO), and no trait is ever returned.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from simulator.contract.evidence import EvidenceLevel
from simulator.contract.faults import FaultError
from simulator.contract.messages import VerificationQuery
from simulator.contract.verification import NOT_VERIFIED, VERIFIED, VerificationAnswer
from simulator.ins import (
    Matricule,
    MatriculeError,
    check_birth_name,
    check_first_name,
    check_first_names,
    check_place_format,
)
from simulator.journal.exchange import Decision
from simulator.registry.verification import ClaimedIdentity, verify
from simulator.teleservice.operations.answering import check_birth_date, considered
from simulator.teleservice.operations.operation import ServedOperation
from simulator.teleservice.operations.outcome import Outcome

if TYPE_CHECKING:
    from simulator.teleservice.operations.outcome import Context

_KEY: Final = re.compile(r"\d\d", re.ASCII)


def check_claim(query: VerificationQuery) -> ClaimedIdentity:
    """Apply the rules on the parts of a verification, all inferred by analogy with those of the search by traits.

    Raises:
        FaultError: insi_911 to insi_913 for what is missing, insi_914 for what is badly formed.
    """
    traits = query.traits
    if not query.number or not query.key:
        raise FaultError("insi_911", "expected NumIdentifiant and Cle, each with a value, got none or one")
    if not query.oid:
        raise FaultError("insi_912", "expected OID with a value, got none")
    missing = [
        name
        for name, value in (
            ("NomNaissance", traits.birth_name),
            ("Prenom or ListePrenom", "".join(traits.first_names) or query.first_names_list),
            ("Sexe", traits.sex),
            ("DateNaissance", traits.birth_date),
        )
        if not value
    ]
    if missing or not (traits.birth_name and traits.sex and traits.birth_date):
        raise FaultError("insi_913", f"expected {', '.join(missing)} with a value, got none")
    claimed = ClaimedIdentity(
        number=query.number,
        key=query.key,
        oid=query.oid,
        birth_name=traits.birth_name,
        first_names=" ".join(traits.first_names) or None,
        first_names_list=query.first_names_list or None,
        sex=traits.sex,
        birth_date=traits.birth_date,
        birth_place=traits.birth_place or None,
    )
    _check_forms(claimed, traits.first_names)
    return claimed


def _verify(claimed: ClaimedIdentity, context: Context) -> Outcome:
    options = context.session.settings.matching
    candidates = verify(claimed, context.registry, context.session.scope, options)
    verified = bool(candidates) and candidates[0].matches
    decision = Decision(
        source="registry",
        profile=context.session.profile.name,
        considered=tuple(map(considered, candidates)),
        person=candidates[0].person.key if verified else None,
        remarks=(options.remark,) if options.former_matricule else (),
        evidence=EvidenceLevel.INFERRED,
    )
    return Outcome(decision=decision, answer=_answer(verified=verified))


def _check_forms(claimed: ClaimedIdentity, first_names: tuple[str, ...]) -> None:
    try:
        Matricule.from_number(claimed.number)
    except MatriculeError as error:
        raise _malformed("NumIdentifiant", error) from error
    if not _KEY.fullmatch(claimed.key):
        raise _malformed("Cle", f"expected two digits, got {claimed.key!r}")
    for problem in check_birth_name(claimed.birth_name):
        raise _malformed("NomNaissance", problem)
    for name in first_names:
        for problem in check_first_name(name):
            raise _malformed("Prenom", problem)
    for problem in check_first_names(claimed.first_names_list) if claimed.first_names_list else ():
        raise _malformed("ListePrenom", problem)
    if claimed.sex not in {"M", "F"}:
        raise _malformed("Sexe", f"expected M or F, got {claimed.sex!r}")
    check_birth_date(claimed.birth_date, "insi_914")
    if claimed.birth_place and check_place_format(claimed.birth_place):
        raise _malformed("LieuNaissance", f"expected 5 characters of the COG, got {claimed.birth_place!r}")


def _malformed(element: str, problem: object) -> FaultError:
    return FaultError("insi_914", f"{element}: {problem}")


def _answer(*, verified: bool) -> VerificationAnswer:
    return VerificationAnswer(VERIFIED if verified else NOT_VERIFIED)


OPERATION: Final = ServedOperation(
    query=VerificationQuery,
    check=lambda query, _call, _context: check_claim(query),
    search=_verify,
    # A scenario speaks of searches: an identity found is a claim that holds.
    adapt=lambda answer: _answer(verified=answer.code == "00"),
    evidence=EvidenceLevel.INFERRED,
)
