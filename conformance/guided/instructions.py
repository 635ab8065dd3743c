"""An act in words: what to type, on which screen, as which user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.declaring import Sign
from conformance.drivers.model import Role
from conformance.guided.sight import french_day, shown
from conformance.suite.desk.words import label
from simulator.text import Text, visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conformance.drivers.model import Actor
    from conformance.drivers.verbs import Declaration

_USERS: Final = {
    Role.USER: Text("utilisateur ordinaire", "ordinary user"),
    Role.SUPER_USER: Text(
        "utilisateur habilité à modifier les traits stricts", "user entitled to change strict traits"
    ),
}

DONE: Final = Text(
    "Entrée : fait · r : le logiciel refuse · x : il ne l'offre pas · ? : aide",
    "Enter: done · r: the software refuses · x: it does not offer it · ?: help",
)
WAITING: Final = Text(
    "INSi attend l'appel, rien à confirmer. Si rien ne part : Entrée · r : refusé · x : pas offert · ? : aide",
    "INSi waits for the call, nothing to confirm. If nothing is sent: Enter · r: refused · x: not offered · ?: help",
)


def instruction(
    declaration: Declaration,
    actor: Actor | None,
    arguments: Mapping[str, Any],
    who: Mapping[str, str],
    files: Mapping[str, Path] | None = None,
) -> Iterator[Text]:
    """Yield the lines of an instruction.

    Args:
        declaration: the verb.
        actor: who acts.
        arguments: by name.
        who: by the identifier of a file, the words that a person knows it by.
        files: where the documents among the arguments were written, by the name of the argument.
    """
    if actor is not None:
        user = _USERS[actor.role]
        yield Text(f"  En tant que : {user.fr}", f"  As: {user.en}")
    yield Text(f"  {declaration.task.fr}", f"  {declaration.task.en}")
    for name, value in declaration.request(arguments).items():
        if files and name in files:
            yield Text(
                f"    fichier ({value['format']}) : {visible(str(files[name]))}",
                f"    file ({value['format']}): {visible(str(files[name]))}",
            )
        else:
            yield from _argument(name, value, who)


def _argument(name: str, value: Any, who: Mapping[str, str]) -> Iterator[Text]:
    if name == "patient_id" and value in who:
        yield Text(f"    dossier : {visible(who[value])}", f"    file: {visible(who[value])}")
    elif name in {"call_id", "patient_id", "reading_id"}:
        return
    elif name == "card":
        yield Text(f"    carte n° {visible(value['number'])}", f"    card no. {visible(value['number'])}")
        for person in value["beneficiaries"]:
            yield Text(f"      {_on_card(person).fr}", f"      {_on_card(person).en}")
    elif name == "accept":
        yield Text(
            f"    décision : {'accepter' if value else 'refuser'}",
            f"    decision: {'accept' if value else 'refuse'}",
        )
    elif isinstance(value, Mapping):
        # A field of a file that is not given stays empty; a criterion that is not given is none.
        named = [
            (_named(key), _value(key, item))
            for key, item in value.items()
            if item is not None or name != "criteria"
        ]
        width = max((len(each.fr) for each, _ in named), default=0)
        for each, item in named:
            yield Text(
                f"    {each.fr:<{width}}  {visible(item.fr)}", f"    {each.en:<{width}}  {visible(item.en)}"
            )
    elif isinstance(value, list):
        listed = ", ".join(map(str, value))
        yield Text(
            f"    {_named(name).fr} : {listed or 'aucun'}", f"    {_named(name).en}: {listed or 'none'}"
        )
    else:
        yield Text(
            f"    {_named(name).fr} : {visible(str(value))}", f"    {_named(name).en}: {visible(str(value))}"
        )


def _on_card(person: Mapping[str, Any]) -> Text:
    """Return a beneficiary as a card shows them: rank, name, first name, date, sex, and the numbers that it holds."""
    names = [person.get(name) or "-" for name in ("rank", "birth_name", "first_name")]
    numbers_fr = f"NIR {person.get('billing_number')}, gémellaire {person.get('birth_rank')}"
    numbers_en = f"NIR {person.get('billing_number')}, twin rank {person.get('birth_rank')}"
    own = person.get("own_number")
    said = " · ".join(map(visible, [*names, french_day(person.get("birth_date")), person.get("sex") or "-"]))
    return Text(
        f"{said} · {numbers_fr}{f', propre NIR {own}' if own else ''}",
        f"{said} · {numbers_en}{f', own NIR {own}' if own else ''}",
    )


def _value(name: str, value: Any) -> Text:
    if value is None:
        return Text("(vide)", "(empty)")
    return Text.same(french_day(value)) if name == "birth_date" else shown(value)


def _named(name: str) -> Text:
    return _WORDS.get(name) or label(name)


_WORDS: Final[Mapping[str, Text]] = {
    "kind": Text("type", "kind"),
    "name_prefix": Text("premières lettres d'un nom", "first letters of a surname"),
    "first_name_prefix": Text("premières lettres d'un prénom", "first letters of a given name"),
    "sender": Text("émetteur", "sender"),
    "rank": Text("bénéficiaire", "beneficiary"),
    "insi_url": Text("adresse d'INSi", "address of INSi"),
}
"""How arguments are called that are no fields of an identity."""


def is_on_the_wire(declaration: Declaration) -> bool:
    """Tell whether INSi sees this act."""
    return declaration.sign not in {Sign.NOTHING, Sign.DOCUMENT}


"""What on the wire shows an act is declared with the verb; documents go to partners that this bench does not stand for yet."""
