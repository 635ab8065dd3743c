"""What INSi received while the software did something, and what it answered."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from lxml import etree

from conformance.record.timeline import ExchangeEntry
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.found import Found, Owners
from conformance.suite.desk.whose import VERIFY, Acts, Files, claims_in
from conformance.suite.desk.words import shown
from conformance.verdicts import Departure, UndecidedError
from simulator.contract.names import RESULTAT
from simulator.text import Text
from simulator.xml import own_parser

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from conformance.drivers.model import Patient, PatientTraits
    from conformance.record.timeline import Timeline
    from simulator.client import ExchangeView

_T = TypeVar("_T")

During: TypeAlias = "Callable[[Callable[[], Any]], tuple[Any, list[ExchangeView]]]"
"""Does an act and returns what it returned, with the exchanges that took place meanwhile."""

UNKNOWN_PLACE: Final = "99999"
"""The code of an unknown birth place (CRE-02)."""

_RESULT: Final = {"r": RESULTAT}


_BLOCKED: Final = Owners("CAL-11", frozenset({"ATT"}))


class Wire:
    """The requests that reach INSi in the session of the campaign.

    Args:
        during: which the engine has: one cursor reads the journal for everybody.
        files: those known in this campaign.
        timeline: what the check saw.
    """

    def __init__(self, during: During, files: Files | None = None, timeline: Timeline | None = None) -> None:
        """Watch with nothing put apart yet."""
        self._during = during
        self.files = Files() if files is None else files
        self._timeline = timeline
        self._open: list[Acts] = []
        self.others: dict[int, tuple[frozenset[str], ExchangeView]] = {}
        """The requests put apart, by their number, with the files that each may be for."""
        self.found: list[Found] = []
        """Departures among them."""
        self.is_excused = False
        """What this check shares with others was denied by a verification that nobody asked for."""

    def during(self, act: Callable[[], _T]) -> tuple[_T, list[ExchangeView]]:
        """Do ``act`` and return what it returned, with the exchanges that took place meanwhile, oldest first.

        Those that the software had for other files of which it was asked nothing are put apart (``others``): it may work for them
        at any time. All stay where nothing left for whom the act is about although it was answered: they are what it sent. A
        request that is not certainly another file's stays always.
        """
        acts = Acts()
        self._open.append(acts)
        try:
            result, exchanges = self._during(act)
        finally:
            # By identity: two may be equal.
            self._open = [other for other in self._open if other is not acts]
        for each in exchanges:
            if _is_scripted(each):
                # What is no answer, however it is told, is read by nobody.
                with suppress(etree.XMLSyntaxError):
                    self.files.scripted.append(returned(each))
        return result, self._own(acts, exchanges)

    def everything(self, act: Callable[[], _T]) -> tuple[_T, list[ExchangeView]]:
        """Do ``act`` and return what it returned, with all that INSi received meanwhile, for whomever."""
        result: _T
        result, exchanges = self._during(act)
        return result, exchanges

    def repeated(self, act: Callable[[], _T]) -> tuple[_T, list[ExchangeView]]:
        """Do an act that has to be silent; where all it sent may be for other files, do it again: what it sends itself comes again."""
        result, exchanges = self.during(act)
        nobody = Acts()
        if exchanges and all(self.files.of_others(each, nobody) for each in exchanges):
            return self.during(act)
        return result, exchanges

    def asking(self, act: Callable[[], _T]) -> _T:
        """Do an act that has INS verified, and note its requests: what INSi denies in them is no surprise."""
        result, exchanges = self.during(act)
        self.files.asked.update(each.id for each in exchanges)
        return result

    def acting(
        self,
        *files: str | None,
        traits: Iterable[Mapping[str, Any]] = (),
        is_open: bool = False,
        is_answered: bool = False,
    ) -> None:
        """Note whom an act is about: files, or the traits of somebody."""
        traits = list(traits)
        self.files.scripted.extend(each for each in traits if each.get("matricule"))
        for acts in self._open:
            acts.is_noted = True
            acts.files.update(filter(None, files))
            acts.traits.extend(traits)
            acts.is_open = acts.is_open or is_open
            acts.is_answered = acts.is_answered or is_answered

    def _own(self, acts: Acts, exchanges: list[ExchangeView]) -> list[ExchangeView]:
        if not acts.is_noted or acts.is_open or not exchanges:
            return exchanges
        left = [each for each in exchanges if each.id not in self.others]
        whose = {each.id: self.files.of_others(each, acts) for each in left}
        if acts.is_answered and all(whose.values()):
            return left
        for each in left:
            if whose[each.id]:
                self.others[each.id] = (whose[each.id], each)
                self._look(whose[each.id])
        return [each for each in left if not whose[each.id]]

    def _look(self, files: Collection[str]) -> None:
        """Look at a request put apart: a doubtful identity is not asked for at any time."""
        if all(map(self.files.is_marked, files)):
            self.found.append(
                Found(
                    _BLOCKED,
                    Departure(
                        "une requête est partie pour un dossier douteux ou fictif, pendant un acte sur un autre",
                        "a request left for a doubtful or fictitious file, during an act on another one",
                    ),
                )
            )

    def denied(self, number: str | None = None) -> bool:
        """Return whether INSi has denied, in a verification that the software made by itself, what the bench made INSi answer before.

        What a software sends wrong is denied as well, and excuses nothing. ``number``: of the INS; any by default.
        """
        if self._timeline is None:
            return False
        self._during(lambda: None)
        return any(
            isinstance(entry, ExchangeEntry)
            and entry.operation == VERIFY
            and entry.code == "01"
            and entry.number not in self.files.asked
            and any(
                self.files.is_of_the_bench(claim) and number in {None, claim["matricule"]}
                for claim in claims_in(entry.request)
            )
            for entry in self._timeline.entries
        )


def asked(exchange: ExchangeView) -> dict[str, Any]:
    """Return the traits that INSi understood: ``birth_name``, ``first_names`` (one per Prenom), ``sex`` and so on.

    Raises:
        UndecidedError: it understood none, so nothing can be said about them.
    """
    if exchange.traits is None:
        cause = exchange.decision.get("cause") or exchange.code
        raise UndecidedError(
            f"INSi n'a pas su lire une requête du logiciel ({exchange.code} : {cause})",
            f"INSi could not read a request of the software ({exchange.code}: {cause})",
        )
    return exchange.traits


def returned(exchange: ExchangeView) -> dict[str, str | None]:
    """Return the seven data of an answer 00 as they stood on the wire, by identity field."""
    root = etree.fromstring(exchange.response_xml.encode(), own_parser())

    def text(path: str) -> str | None:
        found = root.findtext(f".//r:{path}", namespaces=_RESULT)
        return found or None

    number, key = text("INSACTIF/r:IdIndividu/r:NumIdentifiant"), text("INSACTIF/r:IdIndividu/r:Cle")
    return {
        "matricule": f"{number or ''}{key or ''}" or None,
        "oid": text("INSACTIF/r:OID"),
        "birth_name": text("NomNaissance"),
        "first_names": text("ListePrenom"),
        "birth_date": text("DateNaissance"),
        "sex": text("Sexe"),
        "birth_place": text("LieuNaissance"),
    }


def _is_scripted(exchange: ExchangeView) -> bool:
    """Return whether an identity came from a scenario."""
    is_search = exchange.code == "00" and exchange.operation != VERIFY
    return is_search and bool(exchange.decision.get("scenario")) and not is_disturbed(exchange)


def is_disturbed(exchange: ExchangeView) -> bool:
    """Return whether a scenario kept the software from reading the answer that the journal holds."""
    return str(exchange.decision.get("scenario") or "").startswith("chaos/")


def need_request(exchanges: Sequence[ExchangeView]) -> None:
    """Make sure that the software called INSi: without a request the check would prove nothing."""
    if not exchanges:
        raise UndecidedError(
            "le logiciel n'a envoyé aucune requête à INSi alors qu'il devait appeler",
            "the software sent no request to INSi although it had to call",
            depends_on=("CAL-08",),
        )


def need_found(exchanges: Sequence[ExchangeView]) -> ExchangeView:
    """Make sure that INSi answered 00 and return the last such exchange: what the software claims is not enough."""
    need_request(exchanges)
    found = [exchange for exchange in exchanges if exchange.code == "00"]
    # A software may have what it found verified at once: that answer holds no identity.
    found = [exchange for exchange in found if exchange.operation != VERIFY] or found
    if not found:
        codes = ", ".join(exchange.code for exchange in exchanges)
        why = refusal_of(exchanges[-1])
        raise UndecidedError(
            f"INSi n'a rendu aucune identité (réponses : {codes}) : {why.fr}",
            f"INSi returned no identity (answers: {codes}): {why.en}",
            depends_on=("CAL-06", "CAL-08"),
        )
    return found[-1]


def of_file(exchanges: Sequence[ExchangeView], patient: Patient) -> Sequence[ExchangeView]:
    """Return the exchanges about somebody born as this patient; all of them where none is.

    What was asked in vain for another file may be asked again meanwhile.
    """
    own = [each for each in exchanges if each.traits and each.traits.get("birth_date") == patient.birth_date]
    return own or exchanges


def refusal_of(exchange: ExchangeView) -> Text:
    """Return why an answer is no identity, in the words of the journal where INSi refused the request."""
    said = exchange.explanation
    if exchange.code in {"01", "02"} or not said.get("fr") or not said.get("en"):
        return Text("les requêtes ne portaient pas sur le patient", "the requests were not about the patient")
    return Text(said["fr"][0].strip(" -"), said["en"][0].strip(" -"))


def need_answer(exchanges: Sequence[ExchangeView], scenario: str) -> None:
    """Make sure that INSi answered what ``scenario`` says: otherwise the software was not put to the test."""
    need_request(exchanges)
    if not any(exchange.decision.get("scenario") == scenario for exchange in exchanges):
        codes = ", ".join(exchange.code for exchange in exchanges)
        raise UndecidedError(
            f"la réponse préparée ({scenario}) n'a pas été servie : les requêtes du logiciel portaient sur une "
            f"autre personne (réponses : {codes})",
            f"the prepared answer ({scenario}) was not served: the requests of the software were about somebody "
            f"else (answers: {codes})",
            depends_on=("CAL-06", "CAL-08"),
        )


def expect_sent(
    requests: Sequence[ExchangeView],
    stored: Patient | PatientTraits,
    moment: Text,
    *,
    any_first: bool = False,
) -> None:
    """Check every request against the file it was made for (CAL-08): name, first names, sex, date and place.

    Values are compared to the letter: a file holds what may be sent. The first request carries the 1er prénom, or the
    first name of the list; later ones may carry other birth first names, one by one or joined in the order of the list
    (insi-contract §5.3), and the place may be left out of any.

    Args:
        requests: what INSi received, oldest first.
        stored: the file, or the traits typed.
        moment: what the software was asked to do.
        any_first: the first of these requests is not the first about this person.
    """
    names = (stored.first_names or "").split()
    firsts = {name for name in (stored.first_name, *names[:1]) if name}
    starts = {" ".join(names[: count + 1]) for count in range(len(names))}
    for number, request in enumerate(requests):
        sent = asked(request)
        for name, label in (("birth_name", "NomNaissance"), ("sex", "Sexe"), ("birth_date", "DateNaissance")):
            expect_equal(
                got=sent[name],
                expected=getattr(stored, name),
                fr=f"{moment.fr}, {label} envoyé",
                en=f"{moment.en}, {label} sent",
            )
        expect(
            sent["birth_place"] in {None, "", stored.birth_place},
            fr=f"{moment.fr}, LieuNaissance envoyé {shown(sent['birth_place']).fr}, dossier {shown(stored.birth_place).fr}",
            en=f"{moment.en}, LieuNaissance sent {shown(sent['birth_place']).en}, file {shown(stored.birth_place).en}",
        )
        elements = [name or "" for name in sent["first_names"]]
        allowed = firsts if number == 0 and not any_first else firsts | set(names) | starts
        joined = " ".join(elements)
        is_list = len(elements) > 1 and elements == names[: len(elements)]
        expect(
            joined in allowed or (is_list and joined in starts),
            fr=f"{moment.fr}, la requête {number + 1} porte le prénom {shown(joined).fr}, attendu "
            f"{shown(sorted(allowed)).fr}",
            en=f"{moment.en}, request {number + 1} carries the first name {shown(joined).en}, expected "
            f"{shown(sorted(allowed)).en}",
        )
        expect(
            sent["birth_place"] != UNKNOWN_PLACE,
            fr=f"{moment.fr}, la requête {number + 1} cherche le lieu {UNKNOWN_PLACE}, qui dit que le lieu n'est pas connu",
            en=f"{moment.en}, request {number + 1} searches the place {UNKNOWN_PLACE}, which says that the place is not known",
            # The place is optional (CAL-08, CRE-04): that a code for none finds nobody is deduced.
            inferred=True,
        )
