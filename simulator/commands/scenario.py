"""``banc scenario``: list, show, check, try and start scripted answers."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.client import BenchClient, BenchClientError
from simulator.client.calling import play
from simulator.client.sink_calling import is_of_a_sink, play_sink
from simulator.commands.bilingual import BilingualGroup
from simulator.commands.common import SetupError, json_option, lang_option, token_options, unwritable
from simulator.commands.exits import EXIT_FAILED
from simulator.commands.language import said, spoken
from simulator.commands.output import Console, Table, echo, headed, print_json, table_console
from simulator.commands.scenario_template import template
from simulator.datafile import DataFileError
from simulator.datafile.spoken import in_french
from simulator.scripting.check import check_file, shadowed_by
from simulator.scripting.loader import load_scenario, scenario_json, scenario_source, shipped_scenarios
from simulator.scripting.sinks import SINK_OPERATIONS
from simulator.scripting.words import rule_words
from simulator.text import Text, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.client import SessionClient
    from simulator.client.calling import Reply
    from simulator.registry.person import Person
    from simulator.scripting.model import Pick, Scenario, Step

_TEXTS = {
    "purpose": ("But", "Purpose"),
    "source": ("Source", "Source"),
    "evidence": ("Niveau de preuve", "Evidence"),
    "expected": ("Attendu du logiciel", "Expected of the software"),
    "people": ("Personnes", "People"),
    "rules": ("Règles", "Rules"),
    "given": ("choisie à l'installation", "named at installation"),
    "calls": ("Envoyez vos appels à", "Send your calls to"),
    "outcome": ("Appels de démonstration", "Calls that show it"),
}


@click.group("scenario", cls=BilingualGroup)
def scenario_group() -> None:
    """Scripted answers."""


@scenario_group.command("list")
@lang_option
@click.option("--pack", default=None, help="Only this pack, such as safety.")
@json_option
def list_scenarios(*, lang: str, pack: str | None, as_json: bool) -> None:
    """List the scenarios shipped with the bench, pack by pack.

    \b
    Examples:
      banc scenario list
      banc scenario list --pack cnda --lang en
      banc scenario list --json
    """
    scenarios = [load_scenario(source) for source in shipped_scenarios()]
    packs = sorted({scenario.pack for scenario in scenarios})
    if pack is not None and pack not in packs:
        raise SetupError(
            Text(
                f"l'un des recueils {', '.join(packs)} est attendu, reçu : {pack!r}",
                f"expected one of the packs {', '.join(packs)}, got {pack!r}",
            )
        )
    if as_json:
        print_json([scenario_json(each) for each in scenarios if pack in {None, each.pack}])
        return
    console = table_console()
    for name in packs if pack is None else [pack]:
        console.print(headed(f"{name}/"))
        table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
        for scenario in scenarios:
            if scenario.pack == name:
                title = scenario.title_fr if lang == "fr" else scenario.title_en
                table.add_row(f"  {scenario.id}", scenario.evidence.value, title)
        console.print(table)


@scenario_group.command("show")
@click.argument("reference", metavar="ID_OR_FILE")
@lang_option
def show_scenario(reference: str, lang: str) -> None:
    """Show what a scenario is for and what each rule says, in words.

    \b
    Examples:
      banc scenario show lifecycle/nia-to-nir
      banc scenario show ./mine.yaml --lang en
    """
    scenario = _loaded(reference)
    index = 0 if lang == "fr" else 1
    titles = (scenario.title_fr, scenario.title_en)
    console = Console(soft_wrap=True, highlight=False)

    def line(name: str, text: str | None) -> None:
        if text:
            console.print(headed(_TEXTS[name][index], text, gap=": "))

    console.print(headed(scenario.id, titles[index], gap="  "))
    line("purpose", (scenario.purpose_fr, scenario.purpose_en)[index])
    line("expected", (scenario.expected_fr, scenario.expected_en)[index])
    line("source", scenario.source)
    line("evidence", scenario.evidence.value)
    if scenario.people:
        console.print(headed(_TEXTS["people"][index]))
        for role in scenario.people:
            console.print(f"  {role}: {_who(scenario.picks.get(role), index)}")
    console.print(headed(_TEXTS["rules"][index]))
    for number, rule in enumerate(scenario.rules, start=1):
        console.print(f"  {number}. {rule_words(rule)[index]}")


@scenario_group.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--together",
    is_flag=True,
    help="The files go in one session in this order, the last speaking first: also report those left nothing to say.",
)
def check_scenarios(files: tuple[Path, ...], *, together: bool) -> None:
    """Check scenario files; each problem names file, line, column, and what was expected.

    Rules that can never answer are problems too. Exit code 1 when there is any.

    \b
    Examples:
      banc scenario check my-scenarios/slow.yaml
      banc scenario check --together base.yaml outage.yaml
    """
    good: list[tuple[Path, Scenario]] = []
    problems = 0
    for file in files:
        try:
            good.append((file, check_file(file)))
        except DataFileError as error:
            problems += len(error.problems)
            echo("\n".join(error.lines(spoken())), err=True)
    for index, (file, scenario) in enumerate(good):
        other = shadowed_by(scenario, [later for _, later in good[index + 1 :]]) if together else None
        if other is None:
            count = len(scenario.rules)
            echo(
                said(
                    Text(
                        f"{file} : {scenario.id}, {count} règle(s)", f"{file}: {scenario.id}, {count} rule(s)"
                    )
                )
            )
        else:
            problems += 1
            silent = Text(
                f"{file} : {scenario.id} ne peut jamais répondre : {other.id}, installé après lui, vaut chaque fois que "
                "lui vaut ; installez-le en dernier, ou restreignez l'autre",
                f"{file}: {scenario.id} can never answer: {other.id}, installed after it, holds whenever it does; "
                "install it last, or narrow the other",
            )
            echo(said(silent), err=True)
    if problems:
        sys.exit(EXIT_FAILED)


@scenario_group.command("new")
@click.argument("scenario_id", metavar="ID")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write; not replaced.",
)
def new_scenario(scenario_id: str, out: Path) -> None:
    """Write a scenario to start from, with comments.

    \b
    Example:
      banc scenario new mine/lunar-day --out lunar-day.yaml
    """
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)*", scenario_id):
        raise SetupError(
            Text(
                f"un identifiant tel que mine/lunar-day est attendu, reçu : {scenario_id!r}",
                f"expected an id such as mine/lunar-day, got {scenario_id!r}",
            )
        )
    try:
        with out.open("x", encoding="utf-8", newline="\n") as file:
            file.write(template(scenario_id))
    except OSError as error:
        raise unwritable(out, error) from error
    made = Text(
        f"{out} : {scenario_id}. Ensuite : banc scenario check {out}",
        f"{out}: {scenario_id}. Next: banc scenario check {out}",
    )
    echo(said(made))


@scenario_group.command("run")
@click.argument("reference", metavar="ID_OR_FILE")
@click.option("--url", default="http://127.0.0.1:8080", show_default=True, help="A running simulator.")
@token_options
@click.option("--session", "session_id", default=None, help="Session to use; a new one by default.")
@click.option(
    "--person",
    "people",
    multiple=True,
    metavar="ROLE=KEY",
    help="Who a role is, by the key of a person; otherwise as the scenario says, or anybody.",
)
@click.option("--call", is_flag=True, help="Also make the calls that show it, and tell what comes back.")
@lang_option
def run_scenario(
    reference: str,
    *,
    url: str,
    token: str | None,
    session_id: str | None,
    people: tuple[str, ...],
    call: bool,
    lang: str,
) -> None:
    """Put a scenario in force in a session of a running simulator.

    A file is followed: edit it, and the next call is answered by the new version. Exit code 1 when a call of --call is
    not answered as the scenario declares.

    \b
    Examples:
      banc scenario run faults/insi-102 --call
      banc scenario run ./mine.yaml --session default
      banc scenario run safety/lunar-day --person patient=cnda/adrun-zoe
    """
    scenario = _loaded(reference)
    index = 0 if lang == "fr" else 1
    try:
        with BenchClient(url, token=token) as client:
            session = client.session(session_id) if session_id else client.create_session()
            installed = _install(client, session, reference, scenario, _named(people, scenario))
            _announce(scenario, session, installed, index)
            wrong = _call(scenario, session, installed) if call else 0
    except BenchClientError as error:
        raise SetupError(text_of(error)) from error
    if wrong:
        sys.exit(EXIT_FAILED)


def _loaded(reference: str) -> Scenario:
    try:
        return load_scenario(scenario_source(reference))
    except DataFileError as error:
        hint = (
            Text.same("")
            if reference.endswith((".yaml", ".yml"))
            else Text(
                ". Voir banc scenario list, ou donnez un fichier .yaml",
                ". See banc scenario list, or give a .yaml file",
            )
        )
        raise SetupError(Text(f"{error.text.fr}{hint.fr}", f"{error.text.en}{hint.en}")) from error


def _named(people: tuple[str, ...], scenario: Scenario) -> dict[str, str]:
    named: dict[str, str] = {}
    for entry in people:
        role, found, key = entry.partition("=")
        if not found or not key or role not in scenario.people:
            roles = ", ".join(scenario.people) or "none"
            raise SetupError(
                Text(
                    f"--person : RÔLE=CLÉ est attendu, avec un rôle de {scenario.id} ({', '.join(scenario.people) or 'aucun'}), reçu : {entry!r}",
                    f"--person: expected ROLE=KEY with a role of {scenario.id} ({roles}), got {entry!r}",
                )
            )
        named[role] = key
    return named


def _install(
    client: BenchClient, session: SessionClient, reference: str, scenario: Scenario, named: dict[str, str]
) -> dict[str, Person]:
    """Install a scenario, roles nobody was named for being played by anybody; return who plays each."""
    people: dict[str, Any] = {role: {"key": key} for role, key in named.items()}
    open_roles = [
        role
        for role in scenario.people
        if role not in people and not (role in scenario.picks and scenario.picks[role].given)
    ]
    anybody = session.people(limit=len(open_roles)) if open_roles else []
    people |= {role: {"key": person.key} for role, person in zip(open_roles, anybody, strict=False)}
    path = Path(reference)
    what = {"file": str(path.resolve())} if path.suffix in {".yaml", ".yml"} else {"scenario": scenario.id}
    client.call("POST", f"/api/v1/sessions/{session.id}/scenarios", json={**what, "people": people})
    return session.bound_people()


def _announce(scenario: Scenario, session: SessionClient, people: dict[str, Person], index: int) -> None:
    console = Console(soft_wrap=True, highlight=False)
    title, colon = (scenario.title_fr, scenario.title_en)[index], (" : ", ": ")[index]
    console.print(headed(scenario.id, title, gap="  "))
    console.print(f"{_TEXTS['calls'][index]}{colon}{_where(scenario, session)}")
    for role in scenario.people:
        traits = people[role].identity.traits
        console.print(
            f"  {role}: {traits.birth_name} {traits.first_names}, {traits.sex}, {traits.birth_date}"
            f"  ({people[role].key})"
        )
    for number, rule in enumerate(scenario.rules, start=1):
        console.print(f"  {number}. {rule_words(rule)[index]}")
    expected = (scenario.expected_fr, scenario.expected_en)[index]
    if expected:
        console.print(f"{_TEXTS['expected'][index]}{colon}{expected}")


def _where(scenario: Scenario, session: SessionClient) -> str:
    """Return where software sends what the rules are about: to INSi, or to the sinks under the name of the session."""
    asked = {name for rule in scenario.rules for name in rule.when.operations}
    if not asked or not asked <= SINK_OPERATIONS:
        return session.soap_url
    try:
        told = session.received.addresses()
    except BenchClientError:
        return "banc serve --dmp --mssante"
    dmp = {"dmp": told["dmp"].removesuffix("/dmp") + f"/s/{session.id}/dmp"} if "dmp" in told else {}
    shown = [f"{name} {address}" for name, address in {**told, **dmp}.items()]
    return f"{', '.join(shown)} (SMTP, IMAP: {session.id})"


def _call(scenario: Scenario, session: SessionClient, people: dict[str, Person]) -> int:
    """Make the calls of the scenario and print each answer; return how many were not as declared."""
    if not scenario.outcome:
        raise SetupError(
            Text(
                f"{scenario.id} ne déclare aucune issue (outcome) : ajoutez-en une, ou envoyez les appels vous-même",
                f"{scenario.id} declares no outcome: add one, or send calls yourself",
            )
        )
    wrong = 0
    for number, step in enumerate(scenario.outcome, start=1):
        for reply, differences in _played(step, session, people):
            wrong += bool(differences)
            _print_reply(number, step, reply, differences)
    return wrong


def _played(
    step: Step, session: SessionClient, people: dict[str, Person]
) -> Iterator[tuple[Reply, list[str]]]:
    """Make the calls of a step, to INSi or to a sink.

    Raises:
        SetupError: the sink is not open.
    """
    if not is_of_a_sink(step):
        yield from play(step, session.soap_url, people)
        return
    try:
        yield from play_sink(step, session.received.addresses(), session.id, people)
    except KeyError as error:
        raise SetupError(
            Text(
                f"le récepteur {error} n'écoute pas : démarrez le simulateur par banc serve --dmp --mssante",
                f"the sink {error} does not listen: start the simulator with banc serve --dmp --mssante",
            )
        ) from error


def _print_reply(number: int, step: Step, reply: Reply, differences: list[str]) -> None:
    asked = ", ".join(f"{name}={value}" for name, value in step.ask.items() if name != "body") or "ADRUN ZOE"
    verdict = (
        Text("comme déclaré", "as declared")
        if not differences
        else Text("PAS comme déclaré", "NOT as declared")
    )
    protocol = "" if is_of_a_sink(step) and not reply.content_type else "HTTP "
    answered = f"{reply.transport}, {protocol}{reply.status}, {said(verdict)}"
    echo(said(Text(f"appel {number} ({asked}) : {answered}", f"call {number} ({asked}): {answered}")))
    for difference in differences:
        echo(f"  {said(Text(in_french(difference), difference))}")
    if reply.body:
        echo(f"  {reply.body.decode('utf-8', 'replace').strip()}")


def _who(pick: Pick | None, index: int) -> str:
    if pick is None or not pick.given:
        return _TEXTS["given"][index]
    if pick.person is not None:
        traits = pick.person.identity.traits
        return f"{traits.birth_name} {traits.first_names}, {traits.birth_date}"
    named = {"key": pick.key, "tag": pick.tag, "twin_of": pick.twin_of, "namesake_of": pick.namesake_of}
    return ", ".join(f"{name} {value}" for name, value in named.items() if value is not None)
