"""What the software declares about itself, and what time it is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from conformance.doctor.address import speaks_tls
from conformance.doctor.notes import Look
from conformance.drivers.errors import DriverError, Fault, RefusedError, VerbNotSupportedError
from conformance.drivers.model import Verb
from conformance.drivers.verbs import VERBS
from conformance.drivers.wire import MalformedAnswerError
from conformance.rules import load_catalogue
from simulator.text import Text

if TYPE_CHECKING:
    from conformance.doctor.address import Place
    from conformance.doctor.notes import Notes, Patience
    from conformance.drivers.http import HttpDriver
    from conformance.drivers.model import Capabilities
    from conformance.drivers.raw import RawExchange
    from conformance.drivers.subprocess import SubprocessDriver
    from conformance.plan import Plan

CAPABILITIES_S: Final = 6.0
"""How long a software may take to say what it is: it has nothing to look up."""
SKEW_TOLD: Final = timedelta(seconds=30)
SKEW_STOPS: Final = timedelta(minutes=2)
"""What rules about times allow (STA-07): beyond, they would blame the software for the clock of its machine."""


_DONE_BY: Final = {Verb.RENDER_DOCUMENT: "PRINT", Verb.FETCH_MESSAGES: "MSS", Verb.OPEN_DMP: "DMP"}
"""Verbs that only software of one kind has, and what a plan calls it."""


def look_at_software(
    plan: Plan, driver: HttpDriver | SubprocessDriver, place: Place | None, notes: Notes, patience: Patience
) -> Capabilities | None:
    """Ask the software what it is; return it when it can be read."""
    own, told = driver.settings, driver.on_exchange
    seen: list[tuple[datetime, RawExchange]] = []
    driver.settings = replace(own, timeout=patience.left(min(CAPABILITIES_S, own.timeout)))
    driver.on_exchange = lambda exchange: seen.append((datetime.now(UTC), exchange))
    try:
        software = driver.capabilities()
    except DriverError as error:
        _silent(error, place, notes, patience)
        return None
    except (RefusedError, VerbNotSupportedError) as error:
        notes.stop(Look.SOFTWARE, error.text, _NOT_THE_DRIVER, details=_raw(seen[-1][1] if seen else None))
        return None
    finally:
        driver.settings, driver.on_exchange = own, told
    _declared(plan, software, notes)
    _look_at_actors(plan, software, notes)
    if place is not None and seen:
        at, exchange = seen[-1]
        _look_at_clock(at - timedelta(seconds=exchange.seconds / 2), exchange, notes)
    return software


def _declared(plan: Plan, software: Capabilities, notes: Notes) -> None:
    count, about = len(software.verbs), plan.software
    name = f"{software.name} {software.version}"
    if not software.verbs:
        notes.told(
            Look.SOFTWARE,
            Text(
                f"{name} ne déclare aucun verbe : aucune règle ne sera vérifiée",
                f"{name} declares no verb: no rule will be verified",
            ),
            Text(
                "Écrivez un premier verbe, create_patient, et déclarez-le dans /capabilities ; « banc driver check » dit lequel suivra.",
                "Write a first verb, create_patient, and declare it in /capabilities; “banc driver check” says which comes next.",
            ),
        )
    elif about.version and about.version != software.version:
        notes.told(
            Look.SOFTWARE,
            Text(
                f"le plan dit la version {about.version}, le logiciel se dit en {software.version}",
                f"the plan says version {about.version}, the software says {software.version}",
            ),
            Text(
                "Les rapports porteront la version du plan : corrigez software: version:, ou installez l'autre version.",
                "The reports will bear the version of the plan: correct software: version:, or install the other one.",
            ),
        )
    else:
        notes.ok(
            Look.SOFTWARE,
            Text(
                f"{name} · {count} verbe{'s' if count > 1 else ''} sur {len(VERBS)}",
                f"{name} · {count} of {len(VERBS)} verbs",
            ),
        )


def _look_at_actors(plan: Plan, software: Capabilities, notes: Notes) -> None:
    """Tell what the software can do and the plan does not say that it does: the rules about it are left out by that."""
    if not plan.software.actors:
        return
    for verb, actor in _DONE_BY.items():
        left_out = [rule.key for rule in load_catalogue().values() if set(rule.binds) == {actor}]
        if verb in software.verbs and actor not in plan.software.actors and left_out:
            keys = " ".join(left_out)
            notes.told(
                Look.SOFTWARE,
                Text(
                    f"le logiciel offre {verb}, et le plan ne le dit pas {actor} : {keys} ne s'appliqueront pas",
                    f"the software offers {verb}, and the plan does not call it {actor}: {keys} will not apply",
                ),
                Text(
                    f"Ajoutez {actor} sous software: actors:, si vos utilisateurs s'en servent ; docs/rules/index.md dit qui est obligé.",
                    f"Add {actor} under software: actors:, if your users use it; docs/rules/index.md says who is bound.",
                ),
            )


def _silent(error: DriverError, place: Place | None, notes: Notes, patience: Patience) -> None:
    details = _raw(error.exchange)
    if isinstance(error, MalformedAnswerError):
        for each in error.all():
            notes.stop(
                Look.SOFTWARE,
                Text(f"/capabilities : {each.problem.fr}", f"/capabilities: {each.problem.en}"),
                error.hint or _NOT_THE_DRIVER,
                details=details,
            )
        return
    if (
        place is not None
        and place.scheme == "http"
        and error.fault is not Fault.TIMEOUT
        and speaks_tls(place, patience)
    ):
        notes.stop(
            Look.ADDRESS,
            Text(
                f"le plan dit http, et {place.shown} parle TLS",
                f"the plan says http, and {place.shown} speaks TLS",
            ),
            Text(
                f"Écrivez https://{place.shown} sous driver: url:, avec tls_ca: si l'autorité est la vôtre.",
                f"Write https://{place.shown} under driver: url:, with tls_ca: if the authority is your own.",
            ),
        )
        return
    if "certificate required" in error.text.en.lower().replace("_", " "):
        notes.stop(
            Look.TLS,
            Text("le pilote veut un certificat client", "the driver asks for a client certificate"),
            Text(
                "Donnez-le dans le plan, sous driver: client_cert: (PEM) et client_key:.",
                "Give it in the plan, under driver: client_cert: (PEM) and client_key:.",
            ),
            details=error.text.en,
        )
        return
    if error.exchange is not None and error.exchange.received.startswith(
        f"HTTP {HTTPStatus.NOT_FOUND.value}"
    ):
        notes.stop(Look.SOFTWARE, error.text, _NOT_THE_DRIVER, details=details)
        return
    usual = _NOT_THE_DRIVER if place is not None else _NOT_THE_PROGRAM
    remedy = _STUCK if error.fault is Fault.TIMEOUT else error.hint or usual
    # The last lines that a program wrote come with it.
    said = Text(" ".join(error.text.fr.split()), " ".join(error.text.en.split()))
    notes.stop(Look.SOFTWARE, said, remedy, details=details)


def _look_at_clock(at: datetime, exchange: RawExchange, notes: Notes) -> None:
    """Compare the header Date of an answer with the time here; a software that sends none is not looked at."""
    there = _date(exchange.received)
    if there is None:
        return
    # The header has whole seconds, cut off: half a second is as good a guess as any.
    skew = there + timedelta(seconds=0.5) - at
    seconds = round(abs(skew).total_seconds())
    if abs(skew) <= SKEW_TOLD:
        notes.ok(Look.CLOCK, Text("celle du logiciel est à l'heure", "the software's is right"))
        return
    ahead = skew > timedelta(0)
    shown = _duration(seconds)
    text = Text(
        f"celle du logiciel {'avance' if ahead else 'retarde'} de {shown} sur celle du banc",
        f"the software's is {shown} {'ahead of' if ahead else 'behind'} that of the bench",
    )
    remedy = Text(
        "Mettez les deux machines à l'heure (NTP) : les règles sur les dates de statuts, de preuves et de traces compareraient deux horloges.",
        "Set both machines right (NTP): the rules about the times of statuses, proofs and logs would compare two clocks.",
    )
    (notes.stop if abs(skew) > SKEW_STOPS else notes.told)(Look.CLOCK, text, remedy)


def _date(received: str) -> datetime | None:
    head = received.partition("\n\n")[0]
    for line in head.splitlines()[1:]:
        name, _, value = line.partition(":")
        if name.strip().lower() == "date":
            try:
                found = parsedate_to_datetime(value.strip())
            except (ValueError, TypeError, IndexError):
                return None
            return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def _duration(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {left:02d} s" if minutes else f"{left} s"


def _raw(exchange: RawExchange | None) -> str:
    return f"{exchange.sent}\n\n{exchange.received}" if exchange else ""


_NOT_THE_PROGRAM = Text(
    "Essayez la commande du plan (driver: command:, et cwd: pour son dossier) dans un terminal : elle doit répondre par une ligne de JSON à chaque ligne.",
    "Try the command of the plan (driver: command:, and cwd: for its folder) in a terminal: it has to answer each line by a line of JSON.",
)
_NOT_THE_DRIVER = Text(
    "Est-ce l'adresse de l'API de pilotage, chemin compris (http://127.0.0.1:9000/banc) ? Elle doit répondre à GET /capabilities.",
    "Is this the address of the driver API, path included (http://127.0.0.1:9000/banc)? It has to answer GET /capabilities.",
)
_STUCK = Text(
    "Le logiciel prend la connexion et ne répond pas : est-il bloqué, ou n'a-t-il qu'un fil d'exécution, déjà occupé ? Relancez-le.",
    "The software takes the connection and does not answer: is it stuck, or is its only thread busy? Start it again.",
)
