"""BLK-03 and BLK-04: each result of a lot goes to its own file, and leaves a trace of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Attribute, Verb
from conformance.drivers.partners import VerificationOutcome
from conformance.suite.bulk.lots import (
    any_order,
    expect_complete,
    file,
    finish,
    finish_for_another,
    need_deposited,
    own_time,
    read,
    results_of,
    start,
)
from conformance.suite.desk.added import added
from conformance.suite.desk.apart import FROM_INSI, INS_HISTORY
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.delivered import awaited
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.people import with_traits
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.verification.elsewhere import answering, expect_lowered, new_items, speaks_of
from conformance.suite.verification.traces import entries_of, result_of
from conformance.suite.verification.wire import Said
from conformance.verdicts import UndecidedError
from simulator.ins.identity import HistoricId

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from conformance.drivers.model import Patient
    from conformance.drivers.partners import WorkItem
    from conformance.suite.bulk.lots import Lot
    from conformance.suite.desk.snapshot import Snapshot
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixed:
    """Files of a lot, before it."""

    befores: Sequence[Snapshot]
    items: list[WorkItem]
    aside: Snapshot
    """A file that is not in the lot."""

    @property
    def patients(self) -> list[Patient]:
        """The files, in the order in which they are asked for."""
        return [before.patient for before in self.befores]


def mixed(desk: Desk) -> Mixed:
    """Bring files for a lot: OK and KO in turn, one without INS among them, born on the same day as one aside."""
    day = "1960-02-29"
    denied = file(desk, Route.IMPORTED_CHECKED, denied=True, is_laden=True, birth_date=day, sex="F")
    # Two KO are on one page of results: the line between them, and that after, are not of their kind.
    patients = [
        denied,
        file(desk, Route.IMPORTED, birth_date=day, sex="M", shape=_renumbered(desk)),
        desk.bring(desk.draw(birth_date=day), Route.CHECKED),
        file(desk, Route.IMPORTED, denied=True, birth_date=day),
        # A namesake born the same day: what happens to the one is nothing to the other.
        file(desk, Route.IMPORTED_CHECKED, is_laden=True, birth_date=day, sex="M", shape=_named(denied)),
        # Without names in use, which INSi does not give.
        desk.bring(desk.draw(birth_date=day), Route.IMPORTED_CHECKED),
    ]
    with desk.if_offered(FROM_INSI):
        patients.append(file(desk, Route.ARRIVED, birth_date=day))
    return Mixed(
        befores=[desk.snapshot(patient) for patient in patients],
        aside=desk.snapshot(file(desk, Route.IMPORTED, denied=True, birth_date=day)),
        items=desk.lgo.read_worklist(actor=desk.user),
    )


def _renumbered(desk: Desk) -> Callable[[Person], Person]:
    """Return the shape of somebody who bore another number before."""
    other = desk.draw().identity

    def shaped(person: Person) -> Person:
        former = HistoricId(
            matricule=other.matricule, oid=other.oid, date_from="2009-01-01", date_to="2014-12-31"
        )
        return replace(person, identity=replace(person.identity, history=(former,)))

    return shaped


def _named(patient: Patient) -> Callable[[Person], Person]:
    return lambda person: with_traits(person, birth_name=patient.birth_name or "")


@pytest.mark.rule("BLK-03")
@pytest.mark.title(
    fr="Dans un lot mêlé, chaque KO abaisse son dossier et lui seul, où qu'il soit dans le lot",
    en="In a mixed lot each KO lowers its own file and it alone, wherever it stands in the lot",
)
@pytest.mark.parametrize("order", ["as-asked", "reversed"])
def test_mixed(desk: Desk, order: str) -> None:
    files = mixed(desk)
    asked = files.patients if order == "as-asked" else files.patients[::-1]
    lot = start(desk, asked)
    need_deposited(lot)
    finish(desk, lot)
    _expect_applied(desk, files, _results(lot), Moment("lot mêlé", "mixed lot"))
    expect_complete(lot)
    if order == "as-asked":
        # What is not in the file itself: the numbers that the second one, confirmed, bore before.
        with desk.if_offered(INS_HISTORY):
            expect(
                desk.lgo.read_ins_history(files.patients[1].id, actor=desk.user),
                fr="lot mêlé, une identité confirmée a perdu l'historique de ses INS",
                en="mixed lot, an identity that was confirmed has lost the history of its INS",
            )


@pytest.mark.rule("BLK-03")
@pytest.mark.title(
    fr="Des résultats rendus dans un autre ordre que celui du dépôt vont aux mêmes dossiers",
    en="Results that come in another order than that of the deposit go to the same files",
)
def test_any_order(desk: Desk) -> None:
    files = mixed(desk)
    lot = start(desk, files.patients)
    need_deposited(lot)
    if not _waits(lot):
        return  # Verified one by one, or collected at once: no result is still to come.
    codes = {claimed.values["matricule"]: "00" for claimed in lot.deposited}
    codes[files.patients[0].matricule or ""] = "01"
    with desk.answered_by(any_order(lot, codes)):
        finish(desk, lot)
    said = {matricule: Said.KO if code == "01" else Said.OK for matricule, code in codes.items()}
    _expect_applied(desk, files, said, Moment("résultats dans un autre ordre", "results in another order"))


@pytest.mark.rule("BLK-03")
@pytest.mark.title(
    fr="Tant que les résultats ne sont pas là, ou que leur relevé échoue, aucun dossier ne change ; ensuite chacun a le sien",
    en="As long as the results are not there, or cannot be collected, no file changes; then each has its own",
)
def test_not_yet(desk: Desk) -> None:
    files, nothing = mixed(desk), dict[str, Said]()
    with own_time(desk):
        desk.insi.freeze()
        lot = start(desk, files.patients)
        need_deposited(lot)
        if results_of(lot):
            return  # Verified one by one: there is no result to wait for.
        read(desk, lot)
        _expect_applied(desk, files, nothing, Moment("résultats pas encore là", "results not there yet"))
        told = {each.outcome for each in lot.told.results} & {VerificationOutcome.OK, VerificationOutcome.KO}
        expect(
            not told,
            fr=f"résultats pas encore là, et le logiciel en annonce ({', '.join(sorted(told))})",
            en=f"results not there yet, and the software tells some ({', '.join(sorted(told))})",
            inferred=True,
        )
        for name in ("fault-insi-102", "chaos/http-503", "chaos/truncated-body"):
            with answering(desk, name):
                desk.insi.advance(900)
                read(desk, lot)
            moment = Moment(f"relevé en échec ({name})", f"collection failed ({case_text(name).en})")
            _expect_applied(desk, files, nothing, moment)
    finish(desk, lot)
    _expect_applied(
        desk, files, _results(lot), Moment("après un relevé en échec", "after a failed collection")
    )


@pytest.mark.rule("BLK-03", "BLK-04")
@pytest.mark.title(
    fr="Une ligne en erreur technique n'est pas un KO, n'est pas dite vérifiée, et laisse sa trace",
    en="A line with a technical error is no KO, is not told as verified, and leaves its trace",
)
def test_error_line(desk: Desk) -> None:
    files = mixed(desk)
    # What was verified before, when a file was opened, is no matter of the lot.
    earlier = entries_of(desk)
    lot = start(desk, files.patients)
    need_deposited(lot)
    if not _waits(lot):
        return  # Verified one by one, or collected at once: no result is still to come.
    codes = {claimed.values["matricule"]: "insi_914" for claimed in lot.deposited}
    codes[files.patients[0].matricule or ""] = "00"
    with desk.answered_by(any_order(lot, codes)), own_time(desk):
        desk.insi.advance(900)
        read(desk, lot)
    moment = Moment("lignes en erreur", "lines with an error")
    _expect_applied(desk, files, {}, moment)
    told = {each.patient_id: each.outcome for each in lot.told.results}
    for before in files.befores[1:]:
        if before.patient.matricule not in codes:
            continue
        expect(
            told.get(before.patient.id) not in {VerificationOutcome.OK, VerificationOutcome.KO},
            fr=f"{moment.fr}, le résultat {told.get(before.patient.id)} est annoncé",
            en=f"{moment.en}, the result {told.get(before.patient.id)} is told",
        )
        traced = [result_of(entry) for entry in entries_of(desk, before.patient) if entry not in earlier]
        expect(
            traced and not {"OK", "KO"} & set(traced),
            fr=f"{moment.fr}, la ligne est tracée {traced or 'nulle part'}",
            en=f"{moment.en}, the line is logged {traced or 'nowhere'}",
            inferred=True,
        )


@pytest.mark.rule("BLK-03")
@pytest.mark.title(
    fr="Relire un lot terminé n'applique rien une seconde fois",
    en="Reading a finished lot again applies nothing a second time",
)
def test_read_again(desk: Desk) -> None:
    denied = file(desk, Route.IMPORTED, denied=True)
    brought = desk.snapshot(denied)
    lot = start(desk, [denied])
    need_deposited(lot)
    finish(desk, lot)
    if results_of(lot).get(denied.matricule or "") is Said.KO:
        expect_lowered(desk, brought, Moment("lot d'un seul dossier", "lot of one file"), inferred=True)
    if Attribute.DOUTEUSE in desk.read(denied).attributes:
        return  # A software may doubt an identity that INSi denies; it is then not called for.
    before = desk.snapshot(desk.feed(denied))
    other = file(desk, Route.IMPORTED)  # A new file may have to be looked into too.
    items = desk.lgo.read_worklist(actor=desk.user)
    read(desk, lot)
    # Nor does another lot, in which the file is not, bring the former result again.
    finish(desk, start(desk, [other]))
    moment = Moment(
        "lot relu, puis un autre lot, dossier alimenté entre-temps",
        "lot read again, then another lot, file fed meanwhile",
    )
    expect_kept(desk.snapshot(denied), before, moment, inferred=True)
    expect_equal(
        got=len(new_items(desk, items)),
        expected=0,
        fr=f"{moment.fr}, entrées nouvelles dans la liste à traiter",
        en=f"{moment.en}, new entries on the worklist",
        inferred=True,
    )


@pytest.mark.rule("BLK-04")
@pytest.mark.title(
    fr="Chaque ligne du lot laisse sa trace, au compte de son dossier, avec son résultat, une seule fois",
    en="Each line of the lot leaves its trace, on the account of its file, with its result, once only",
)
@pytest.mark.parametrize("order", ["as-asked", "reversed"])
def test_traced_line_by_line(desk: Desk, order: str) -> None:
    files = mixed(desk)
    known = entries_of(desk)
    asked = files.patients if order == "as-asked" else files.patients[::-1]
    lot = start(desk, asked)
    need_deposited(lot)
    # Whoever collects the results, each is traced.
    (finish if order == "as-asked" else finish_for_another)(desk, lot)
    said = _results(lot)
    read(desk, lot)
    entries = added(known, entries_of(desk))

    def judge(patient: Patient) -> None:
        own = [result_of(entry) for entry in entries if entry.patient_id == patient.id]
        expected = [said[patient.matricule or ""].value] if patient.matricule in said else []
        expect_equal(
            got=own,
            expected=expected,
            fr=f"traces du dossier de {patient.birth_name} après le lot",
            en=f"entries of the file of {patient.birth_name} after the lot",
        )

    expect_each({str(number): partial(judge, each) for number, each in enumerate(files.patients)})
    expect_equal(
        got=len(entries),
        expected=len(said),
        fr="nombre de traces pour tout le lot",
        en="number of entries for the whole lot",
    )
    nameless = [entry for entry in entries if not (entry.user or "").strip()]
    expect(
        not nameless,
        fr=f"{len(nameless)} ligne(s) du lot tracée(s) sans personne",
        en=f"{len(nameless)} line(s) of the lot logged under nobody",
        # Who stands for a lot that is collected later is in no text.
        inferred=True,
    )


@pytest.mark.rule("BLK-04")
@pytest.mark.title(
    fr="Deux lots de suite, dont un dossier commun : chacun laisse sa trace",
    en="Two lots in turn with a file in common: each leaves its trace",
)
def test_two_lots(desk: Desk) -> None:
    common = file(desk, Route.IMPORTED)
    known = entries_of(desk, common)
    # The second one is a lot of one file.
    for others in ([file(desk, Route.IMPORTED_CHECKED)], []):
        lot = start(desk, [common, *others])
        need_deposited(lot)
        finish(desk, lot)
    expect_equal(
        got=[result_of(entry) for entry in added(known, entries_of(desk, common))],
        expected=["OK", "OK"],
        fr="traces d'un dossier vérifié dans deux lots",
        en="entries of a file verified in two lots",
    )


def _results(lot: Lot) -> dict[str, Said]:
    found = results_of(lot)
    if {Said.OK, Said.KO} - set(found.values()):
        raise UndecidedError(
            "le lot mêlé n'a pas eu d'INSi les résultats préparés",
            "the mixed lot did not get the results prepared from INSi",
            depends_on=("VER-11",),
        )
    return found


def _waits(lot: Lot) -> bool:
    """Whether a lot waits for its results: what is prepared for its collection is then about it."""
    return bool(lot.deposited) and not lot.collections


def _expect_applied(desk: Desk, files: Mixed, said: Mapping[str, Said], moment: Moment) -> None:
    """Check each file, by what INSi said of its own INS."""
    waiting = (
        awaited(desk, Verb.READ_WORKLIST, lambda: new_items(desk, files.items))
        if Said.KO in said.values()
        else new_items(desk, files.items)
    )
    for before in files.befores:
        is_ko = said.get(before.patient.matricule or "") is Said.KO
        if is_ko:
            expect_lowered(desk, before, moment, inferred=True)
        else:
            expect_kept(desk.snapshot(before.patient), before, moment, inferred=True)
        is_queued = any(
            item.patient_id == before.patient.id
            or (is_ko and item.patient_id is None and speaks_of(item, [before.patient], None))
            for item in waiting
        )
        expect(
            is_queued is is_ko,
            fr=f"{moment.fr}, dossier de {before.patient.birth_name} "
            f"{'absent de' if is_ko else 'présent dans'} la liste à traiter",
            en=f"{moment.en}, file of {before.patient.birth_name} "
            f"{'missing from' if is_ko else 'present on'} the worklist",
            inferred=True,
        )
    expect_kept(desk.snapshot(files.aside.patient), files.aside, moment, inferred=True)
