"""What a person is asked to confirm of a verification, of something received, and of the list of what is to be dealt with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.partners import ReceptionOutcome, VerificationOutcome
from conformance.guided.counter import Row, Seen
from conformance.guided.sight import Json, Sight, hidden_lines
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.guided.counter import Counter

VERIFIED: Final = {
    VerificationOutcome.OK: Text("INSi confirme l'INS", "INSi confirms the INS"),
    VerificationOutcome.KO: Text("INSi dément l'INS", "INSi denies the INS"),
    VerificationOutcome.PENDING: Text("résultat attendu", "result awaited"),
    VerificationOutcome.BLOCKED: Text("aucun appel n'est fait", "no call is made"),
    VerificationOutcome.ERROR: Text("erreur technique", "technical error"),
}
RECEIVED: Final = {
    ReceptionOutcome.CREATED: Text("un dossier est créé", "a file is created"),
    ReceptionOutcome.UPDATED: Text("un dossier connu est modifié", "a known file is changed"),
    ReceptionOutcome.ATTACHED: Text(
        "le document est rangé dans un dossier connu", "the document is filed in a known file"
    ),
    ReceptionOutcome.UNCHANGED: Text("rien ne change", "nothing changes"),
    ReceptionOutcome.QUEUED: Text("quelqu'un doit décider", "somebody has to decide"),
}


def verification(counter: Counter, expected: Json) -> Sight:
    """Have the end of a verification confirmed; its words are the software's own."""
    answer, unseen = _outcome(counter, expected, Text("vérification", "verification"), VERIFIED)
    return Sight({**answer, "alerts": []}, [*unseen, "code", "message", "alerts"])


def reception(counter: Counter, expected: Json) -> Sight:
    """Have confirmed what became of something received, and whether the user is told."""
    answer, unseen = _outcome(counter, expected, Text("réception", "reception"), RECEIVED)
    told = counter.yes(
        Text("L'utilisateur est-il alerté de quelque chose ?", "Is the user alerted of something?")
    )
    alerts = [{"code": "SEEN", "message": "alerte vue à l'écran"}] if told else []
    return Sight({**answer, "alerts": alerts, "verification": None}, [*unseen, "verification"])


def worklist(counter: Counter, expected: Json) -> Sight:
    """Have each line confirmed in substance: where it stands and how it is worded is the software's own affair."""
    rows = [
        Row(
            label=Text("liste à traiter", "worklist"),
            shown=Text(
                f"une ligne dit, en substance : {item['message']}",
                f"a line says, in substance: {item['message']}",
            ),
            options=(Text("aucune ligne ne le dit", "no line says so"),),
        )
        for item in expected
    ]
    marks = counter.confirm(rows) if rows else []
    kept = [item for item, mark in zip(expected, marks, strict=True) if mark.seen is Seen.YES]
    return Sight(kept, hidden_lines(marks))


def _outcome(
    counter: Counter, expected: Json, label: Text, words: Mapping[Any, Text]
) -> tuple[dict[str, Json], list[str]]:
    """Return the answer with the outcome that was seen, and what was not; ``words`` by outcome."""
    outcome = next(each for each in words if each.value == expected["outcome"])
    others = [each for each in words if each is not outcome]
    row = Row(label=label, shown=words[outcome], options=tuple(words[each] for each in others))
    [mark] = counter.confirm([row])
    answer = dict(expected)
    if mark.seen is Seen.NO:
        answer["outcome"] = others[mark.value].value
    return answer, ["outcome"] if mark.seen is Seen.HIDDEN else []
