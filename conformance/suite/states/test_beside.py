"""What is done to one file is done to no other: twin, namesake, born the same day, of the family, opened just before."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import IDENTITY_FIELDS, Attribute
from conformance.suite.attributes.marks import mark
from conformance.suite.desk.apart import ATTRIBUTES, BESIDE, HISTORY, INS_HISTORY
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.people import PLAIN, twin
from conformance.suite.desk.snapshot import Moment, Snapshot, expect_kept
from conformance.suite.desk.wire import asked, expect_sent, need_request
from conformance.suite.desk.words import FIELD
from conformance.suite.states.household import Beside, household
from conformance.suite.states.household_acts import ACTS
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk


def _rules() -> list[object]:
    """Return the rules of the acts; one of which every act is a path apart says so."""
    found: list[object] = []
    for key in sorted({act.rule for act in ACTS}):
        paths = {act.path for act in ACTS if act.rule == key}
        apart = [path.mark for path in paths if path is not None] if len(paths) == 1 else []
        found.append(pytest.param(key, marks=[pytest.mark.rule(key), BESIDE.mark, *apart], id=key))
    return found


@pytest.mark.title(
    fr="Cet acte sur un dossier ne change rien aux autres : jumeau, homonyme, né le même jour, de la famille",
    en="This act on a file changes nothing in the others: twin, namesake, born the same day, of the family",
)
@pytest.mark.parametrize("rule", _rules())
def test_others_stay(desk: Desk, rule: str) -> None:
    lived = household(desk)
    seen = [each for each in lived.acts if each.act.rule == rule]
    if not seen:
        raise next(missing for act, missing in lived.missed if act.rule == rule)

    def judge(one: Beside) -> None:
        for key, before in one.before.items():
            after = one.after[key]
            moment = Moment(
                f"après un acte sur un autre dossier ({one.act.fr}), dossier du {key}",
                f"after an act on another file ({one.act.en}), file of another person ({key})",
            )
            # That two people have the same name may be seen, and marked, by the software itself.
            homonym = (after.attributes - before.attributes) <= {Attribute.HOMONYME}
            besides = {"attributes": after.attributes or None} if homonym else {}
            expect_kept(
                Snapshot(patient=after, history=None),
                Snapshot(patient=before, history=None),
                moment,
                besides=besides,
            )
        expect(
            len(one.made) <= one.act.makes,
            fr=f"{one.act.fr} : {len(one.made)} dossier(s) de plus, attendu {one.act.makes} au plus",
            en=f"{one.act.en}: {len(one.made)} file(s) more, expected {one.act.makes} at most",
        )
        expect(
            not one.act.must_make or not one.done or one.made,
            fr=f"{one.act.fr}, dit fait : aucun dossier de plus pour qui porte le nom d'un autre, né le même jour",
            en=f"{one.act.en}, said to be done: no file more for somebody of another's name, born the same day",
        )
        expect(
            not one.gone,
            fr=f"{one.act.fr} : {len(one.gone)} dossier(s) ne se trouvent plus",
            en=f"{one.act.en}: {len(one.gone)} file(s) cannot be found any more",
        )

    expect_each({f"{number} {one.act.fr}": partial(judge, one) for number, one in enumerate(seen, 1)})


@pytest.mark.rule("FLD-01")
@pytest.mark.title(
    fr="Après chaque acte, la liste de la recherche dit de chaque dossier ce qu'il dit, pour chaque utilisateur",
    en="After each act the list of the search says of each file what it says, for each user",
)
@BESIDE.mark
def test_list_agrees_with_files(desk: Desk) -> None:
    def judge(one: Beside) -> None:
        seen = {key: (one.after[key], listed) for key, listed in one.listed.items()}
        if one.own[1] is not None:
            seen["patient"] = (one.own[0], one.own[1])
        for key, (opened, listed) in seen.items():
            # A list need not show all fields: what it shows has to be right.
            shown = [name for name in IDENTITY_FIELDS if getattr(listed, name) not in {None, ""}]
            for name in shown:
                expect_equal(
                    got=getattr(listed, name),
                    expected=getattr(opened, name),
                    fr=f"{one.act.fr}, dossier du {key} dans la liste de recherche, {FIELD[name].fr}",
                    en=f"{one.act.en}, file of another person ({key}) in the list of the search, {FIELD[name].en}",
                )

    expect_each(
        {f"{number} {one.act.fr}": partial(judge, one) for number, one in enumerate(household(desk).acts, 1)}
    )


@pytest.mark.rule("STA-07")
@pytest.mark.title(
    fr="Ce qui arrive à un dossier n'entre pas dans l'historique des statuts d'un autre",
    en="What happens to a file does not get into the status history of another",
)
@BESIDE.mark
@HISTORY.mark
def test_histories_of_the_others(desk: Desk) -> None:
    lived = household(desk)
    before, after = lived.pasts
    if not before.statuses:
        desk.lgo.read_status_history(lived.subject.id, actor=desk.user)  # NOT_TESTED when there is none.
    expect_equal(
        got=after.statuses,
        expected=before.statuses,
        fr="changements historisés des autres dossiers",
        en="changes in the histories of the other files",
    )


@pytest.mark.rule("RSP-15")
@pytest.mark.title(
    fr="L'historique de l'INS accepté dans un dossier n'entre pas dans un autre",
    en="The INS history accepted into a file does not get into another",
)
@BESIDE.mark
@INS_HISTORY.mark
def test_former_numbers_of_the_others(desk: Desk) -> None:
    lived = household(desk)
    before, after = lived.pasts
    if not before.numbers:
        desk.lgo.read_ins_history(lived.subject.id, actor=desk.user)  # NOT_TESTED when there is none.
    expect_equal(
        got=after.numbers,
        expected=before.numbers,
        fr="historiques de l'INS des autres dossiers",
        en="INS histories of the other files",
    )


@pytest.mark.rule("CAL-11")
@pytest.mark.title(
    fr="Tant que l'identité est douteuse ou fictive, rien de ce qu'on en fait n'envoie de requête à INSi",
    en="As long as the identity is doubtful or fictitious, nothing that is done with it sends a request to INSi",
)
@BESIDE.mark
@ATTRIBUTES.mark
def test_nothing_leaves_for_marked(desk: Desk) -> None:
    def judge(one: Beside) -> None:
        expect(
            not one.requests,
            fr=f"{one.act.fr} : {len(one.requests)} requête(s) envoyée(s) à INSi",
            en=f"{one.act.en}: {len(one.requests)} request(s) sent to INSi",
        )

    seen = [one for one in household(desk).acts if one.act.is_about_marked]
    expect_each({one.act.fr: partial(judge, one) for one in seen})


@pytest.mark.rule("CAL-13")
@pytest.mark.title(
    fr="Aucun acte sur un dossier ne fait chercher sur INSi plus d'une personne, quoi qu'il manque aux autres",
    en="No act on a file makes INSi be searched for more than one person, whatever the others lack",
)
@BESIDE.mark
def test_one_person_for_each_act(desk: Desk) -> None:
    def judge(one: Beside) -> None:
        searches = [each for each in one.requests if (each.operation or "").startswith("rechercher")]
        traits = [each.traits for each in searches if each.traits]
        people = sorted({f"{each['birth_name']} {each['birth_date']}" for each in traits})
        expect(
            len(people) <= 1,
            fr=f"{one.act.fr} : {len(people)} personnes cherchées sur INSi ({', '.join(people)})",
            en=f"{one.act.en}: {len(people)} people searched at INSi ({', '.join(people)})",
        )

    seen = household(desk).acts
    expect_each({f"{number} {one.act.fr}": partial(judge, one) for number, one in enumerate(seen, 1)})


@pytest.mark.rule("SRC-13")
@pytest.mark.title(
    fr="Une création refusée n'a rien demandé à INSi",
    en="A creation that was refused has asked INSi for nothing",
)
@BESIDE.mark
def test_refused_creation_asks_nobody(desk: Desk) -> None:
    def judge(one: Beside) -> None:
        expect(
            not one.requests,
            fr=f"{one.act.fr} : {len(one.requests)} requête(s) envoyée(s) à INSi",
            en=f"{one.act.en}: {len(one.requests)} request(s) sent to INSi",
            # Creation is independent of INS retrieval; that it asks nothing is deduced.
            inferred=True,
        )

    seen = [one for one in household(desk).acts if one.act.asks_nobody]
    expect_each({one.act.fr: partial(judge, one) for one in seen})


@pytest.mark.rule("CAL-08", "CAL-11")
@pytest.mark.title(
    fr="L'appel d'un jumeau part, avec ses propres traits, même quand l'autre est douteux",
    en="The call of a twin leaves, with their own traits, even when the other one is doubtful",
)
@ATTRIBUTES.mark
def test_call_of_a_twin(desk: Desk) -> None:
    one = desk.draw(first_names_count=2, birth_date="2004-10-21", **PLAIN)
    other = twin(desk, one)
    first, second = desk.create(one), desk.create(other)
    for patient in (first, second, first):
        _, requests = desk.try_call(patient)
        need_request(requests)
        expect_sent(requests, patient, Moment("appels de deux jumeaux", "calls for two twins"))
    desk.decline_waiting(second)  # Nothing but the doubt of the other could then stop the next call.
    marked = mark(desk, first, {Attribute.DOUTEUSE}).patient
    _, requests = desk.try_call(marked)
    if requests:
        raise UndecidedError(
            "l'appel d'une identité douteuse part",
            "the call of a doubtful identity leaves",
            depends_on=("CAL-11",),
        )
    _, requests = desk.try_call(second)
    expect(
        requests,
        fr="un jumeau est douteux, et l'appel de l'autre est bloqué",
        en="one twin is doubtful, and the call of the other is blocked",
    )
    expect(
        {asked(request)["birth_name"] for request in requests} == {other.identity.traits.birth_name},
        fr="l'appel du second jumeau porte un autre nom",
        en="the call of the second twin bears another name",
    )
