"""What the command line of ``banc load`` asks for: a profile with changes, thresholds, a place to call."""

from __future__ import annotations

import json
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from conformance.campaign import reference_lgo
from conformance.commands.load_options import RULES, THRESHOLDS
from conformance.load.options import LoadOptions, Node
from conformance.load.profile import OPERATIONS, load_profile
from conformance.load.quantities import QuantityError, parse_duration, parse_rate
from conformance.load.summary import RATE_KEPT
from conformance.load.targets import TargetError, check_allowed, understand
from conformance.load.thresholds import Threshold, parse_threshold
from simulator.bench import BenchOptions
from simulator.commands.common import SetupError
from simulator.journal.writer import JournalOptions
from simulator.serving import ServeOptions, free_port, running
from simulator.testing.throwaway import throwaway_pki
from simulator.text import Text, closest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.load.profile import Profile

_FOLDER: Final = "banc-load"


def asked_profile(given: dict[str, Any]) -> Profile:
    """Return the profile that is asked for, with what the command line changes in it.

    Raises:
        UnknownProfileError: there is none of that name.
        DataFileError: the file of the profile cannot be read, or is wrong.
        QuantityError: an option cannot be read, or contradicts another one.
    """
    profile = load_profile(given["profile_name"])
    changes: dict[str, Any] = {
        name: given[name] for name in ("users", "transport", "target") if given[name] is not None
    }
    if given["duration"] is not None:
        changes["duration"] = _named("--duration", parse_duration, given["duration"])
    if given["rate"] is not None:
        if given["closed"]:
            raise QuantityError(
                Text(
                    "--rate : une charge fermée ne tient pas de débit ; enlevez --closed ou --rate",
                    "--rate: a closed workload holds no rate; leave out --closed or --rate",
                )
            )
        changes["rate"] = _named("--rate", parse_rate, given["rate"])
    if given["closed"]:
        if profile.ramp is not None:
            raise QuantityError(
                Text(
                    f"--closed : le profil {profile.id} élève un débit, ce qu'une charge fermée n'a pas",
                    f"--closed: the profile {profile.id} raises a rate, which a closed workload has not",
                )
            )
        changes["workload"] = "closed"
    if given["think"] is not None:
        changes["think"] = _named("--think", lambda text: parse_duration(text, zero=True), given["think"])
    if given["mix"] is not None:
        changes["mix"] = _mix(given["mix"])
    if given["people"] is not None:
        changes["people"] = _people(given["people"])
    if given["software"] is not None and given["target"] is None and profile.target == "teleservice":
        changes["target"] = "software"
    return replace(profile, **changes)


def _named(name: str, parse: Callable[[str], float], text: str) -> float:
    try:
        return parse(text)
    except QuantityError as error:
        raise QuantityError(Text(f"{name} : {error.text.fr}", f"{name}: {error}")) from error


def _shares(name: str, texts: list[str]) -> list[float]:
    try:
        shares = [float(text) for text in texts]
    except ValueError as error:
        raise QuantityError(
            Text(
                f"{name} : des parts sont attendues, en nombres, reçu : {'/'.join(texts)!r}",
                f"{name}: expected shares as numbers, got {'/'.join(texts)!r}",
            )
        ) from error
    if not all(0 <= share <= 1e6 for share in shares) or not sum(shares):  # noqa: PLR2004 - what it stands for is in the line
        raise QuantityError(
            Text(
                f"{name} : des parts de 0 ou plus sont attendues, l'une au-dessus de 0, reçu : {'/'.join(texts)!r}",
                f"{name}: expected shares of 0 or more, one of them above 0, got {'/'.join(texts)!r}",
            )
        )
    return shares


def _mix(text: str) -> dict[str, float]:
    parts = [part.partition("=") for part in text.split(",")]
    names = [name.strip() for name, _, _ in parts]
    if unknown := [name for name in names if name not in OPERATIONS]:
        raise QuantityError(
            Text(
                f"--mix : opération inconnue : {unknown[0]!r} ; sont connues {', '.join(OPERATIONS)}",
                f"--mix: unknown operation {unknown[0]!r}; known are {', '.join(OPERATIONS)}",
            )
        )
    return dict(zip(names, _shares("--mix", [share or "1" for _, _, share in parts]), strict=True))


def _people(text: str) -> dict[str, float]:
    parts = text.split("/")
    if len(parts) != 3:  # noqa: PLR2004 - what it stands for is in the line
        raise QuantityError(
            Text(
                f"--people : TROUVÉS/INCONNUS/PLUSIEURS est attendu, par exemple 75.2/24.4/0.4, reçu : {text!r}",
                f"--people: expected FOUND/UNKNOWN/SEVERAL such as 75.2/24.4/0.4, got {text!r}",
            )
        )
    return dict(zip(("found", "unknown", "several"), _shares("--people", parts), strict=True))


def asked_thresholds(profile: Profile, given: dict[str, Any]) -> tuple[Threshold, ...]:
    """Return the thresholds of the profile, replaced by those of the command line; no wrong answer is always one.

    Raises:
        ThresholdError: a limit cannot be read.
    """
    asked = [
        parse_threshold(metric, text) for metric in (*THRESHOLDS, "rate") for text in given[f"limit_{metric}"]
    ]
    replaced = {(each.metric, each.operation) for each in asked}
    kept = [
        each for each in profile.thresholds if each.stage or (each.metric, each.operation) not in replaced
    ]
    found = [Threshold(metric="wrong", limit=0.0), *kept, *(each for each in asked if each.metric != "wrong")]
    if (
        given["rate"] is not None
        and profile.ramp is None
        and not given["limit_rate"]
        and len(profile.stages) == 1
    ):
        found.append(Threshold(metric="rate", limit=profile.base_rate * RATE_KEPT))
    return tuple(found)


def asked_options(
    stack: ExitStack, given: dict[str, Any], profile: Profile, thresholds: tuple[Threshold, ...]
) -> LoadOptions:
    """Return the options of a run, with what it needs started: a simulator, the reference LGO.

    Raises:
        TargetError: an address may not be called, or lacks what its transport needs.
        QuantityError: a time cannot be read.
        ServingError: the simulator cannot be started.
        CampaignError: the reference LGO cannot be started.
    """
    pki = given["pki"]
    nodes = _asked_nodes(given, profile)
    if given["software"] is not None:
        check_allowed(understand(given["software"]).base, given["allowed"])
    host, _, port = given["bind"].rpartition(":")
    if not host or not port.isdecimal():
        raise TargetError(
            Text(
                f"--bind : HÔTE:PORT est attendu, par exemple 127.0.0.1:5557, reçu : {given['bind']!r}",
                f"--bind: expected HOST:PORT such as 127.0.0.1:5557, got {given['bind']!r}",
            )
        )
    if given["ui_port"] is not None and given["workers"]:
        raise TargetError(
            Text(
                "--ui montre les utilisateurs de ce processus, et un maître n’en a pas : omettez --ui ou --master",
                "--ui shows the users of this process, and a master has none: leave out --ui or --master",
            )
        )
    timeout = _named("--timeout", parse_duration, given["timeout"])
    folder = (
        given["report_dir"] or Path(_FOLDER) / f"{datetime.now().astimezone():%Y%m%d-%H%M%S}-{profile.id}"
    )
    if not nodes:
        url, soap_base, pki = stack.enter_context(_own_simulator(profile.transport))
        nodes = [Node(url=url, soap_base=soap_base)]
    first, *others = nodes
    software = given["software"]
    if profile.target != "teleservice" and software is None:
        software = stack.enter_context(reference_lgo())
    rules = _rules(given["rules"], profile)
    return LoadOptions(
        url=first.url,
        folder=str(folder),
        profile=profile,
        thresholds=thresholds,
        soap_base=first.soap_base,
        others=tuple(others),
        pki=None if pki is None else str(pki),
        software=software.rstrip("/") if software else None,
        session=first.session,
        seed=given["seed"],
        token=given["token"],
        timeout=timeout,
        max_calls=given["calls"],
        keep_going=given["keep_going"],
        ui_port=given["ui_port"],
        workers=given["workers"],
        bind=host.strip("[]"),
        bind_port=int(port),
        allowed=tuple(given["allowed"]),
        rules=rules,
        rule_rate=_named("--rule-rate", parse_rate, given["rule_rate"]),
        check_rate=_named("--check-rate", parse_rate, given["check_rate"]),
        rules_named=bool(rules) and set(given["rules"]) - {"all"} != set(),
        lang=given["lang"],
    )


def _asked_nodes(given: dict[str, Any], profile: Profile) -> list[Node]:
    """Return the simulators that are named on the command line.

    Raises:
        TargetError: one may not be called, or lacks what the transport needs; or they cannot be called together.
    """
    urls, soap_urls = given["urls"], given["soap_urls"]
    if not urls:
        return []
    if soap_urls and len(soap_urls) != len(urls):
        raise TargetError(
            Text(
                f"--soap-url : une est attendue pour chaque --url ({len(urls)}), il y en a {len(soap_urls)}",
                f"--soap-url: expected one for each --url ({len(urls)}), got {len(soap_urls)}",
            )
        )
    nodes: list[Node] = []
    for url, soap_url in zip(urls, soap_urls or [None] * len(urls), strict=True):
        target = understand(url)
        check_allowed(target.base, given["allowed"])
        soap_base = None if soap_url is None else understand(soap_url).base
        if soap_base is not None:
            check_allowed(soap_base, given["allowed"])
        if profile.transport == "mtls" and not (soap_base or target.base).startswith("https"):
            raise TargetError(
                Text(
                    "--transport mtls demande l'adresse d'un port TLS mutuel : --soap-url https://…",
                    "--transport mtls needs the address of a mutual TLS port: --soap-url https://…",
                )
            )
        node = Node(url=target.base, soap_base=soap_base, session=target.session)
        if any((each.url, each.session) == (node.url, node.session) for each in nodes):
            raise TargetError(
                Text(
                    f"--url : chaque nœud est attendu une fois, {url} revient",
                    f"--url: expected each node once, got {url} again",
                )
            )
        nodes.append(node)
    if profile.transport != "plain" and given["pki"] is None:
        raise TargetError(
            Text(
                f"--transport {profile.transport} demande les certificats de ce simulateur : --pki DOSSIER",
                f"--transport {profile.transport} needs the certificates of that simulator: --pki DIR",
            )
        )
    if len(nodes) > 1:
        _check_together(nodes, profile)
    return nodes


def _check_together(nodes: list[Node], profile: Profile) -> None:
    """Refuse several nodes where one is called.

    Raises:
        TargetError: a software calls one teleservice, or there are fewer users than nodes.
    """
    if profile.target != "teleservice":
        raise TargetError(
            Text(
                f"--target {profile.target} : un logiciel appelle un seul téléservice : donnez une seule --url, ou --target teleservice",
                f"--target {profile.target}: a software calls one teleservice: give one --url, or --target teleservice",
            )
        )
    if profile.users < len(nodes):
        raise TargetError(
            Text(
                f"--url : un utilisateur est attendu pour chacun des {len(nodes)} nœuds, il y en a {profile.users} : donnez --users {len(nodes)} ou plus",
                f"--url: expected a user for each of the {len(nodes)} nodes, got {profile.users}: give --users {len(nodes)} or more",
            )
        )


def _rules(asked: tuple[str, ...], profile: Profile) -> tuple[str, ...]:
    if "none" in asked:
        if len(asked) > 1:
            raise QuantityError(
                Text(
                    f"--rule none ne laisse aucune règle : il est attendu seul, reçu : {' '.join(asked)}",
                    f"--rule none leaves no rule: expected it alone, got {' '.join(asked)}",
                )
            )
        return ()
    if profile.target == "teleservice":
        if asked:
            raise QuantityError(
                Text(
                    "--rule regarde un logiciel : ajoutez --target software ou --target mix",
                    "--rule looks at a software: add --target software or --target mix",
                )
            )
        return ()
    named = [rule for rule in asked if rule != "all"]
    if unknown := [rule for rule in named if rule not in RULES]:
        near = closest(unknown[0], RULES)
        raise QuantityError(
            Text(
                f"--rule {unknown[0]} : une règle qui peut être regardée pendant que le logiciel travaille est attendue ({', '.join(RULES)}) ; les autres demandent une campagne : banc run{near.fr}",
                f"--rule {unknown[0]}: expected a rule that can be looked at while the software works "
                f"({', '.join(RULES)}); the others need a campaign: banc run{near.en}",
            )
        )
    return tuple(rule for rule in RULES if not named or "all" in asked or rule in named)


@contextmanager
def _own_simulator(transport: str) -> Iterator[tuple[str, str | None, Path | None]]:
    """Run a simulator; yield its URL, its address for SOAP calls when it is another one, and its certificates.

    Its journal is in mode batch: under load a bounded loss, were it killed, is worth the time; it is counted and shown.
    """
    with tempfile.TemporaryDirectory(prefix="banc-", ignore_cleanup_errors=True) as folder:
        pki = throwaway_pki().directory if transport != "plain" else None
        bench = BenchOptions(data_dir=Path(folder), journal=JournalOptions(mode="batch"), pki=pki)
        tls = free_port() if pki is not None else None
        options = ServeOptions(
            bench=bench,
            port=free_port(),
            https_port=tls if transport == "cpx" else None,
            mtls_port=tls if transport == "mtls" else None,
        )
        with running(options) as url:
            yield url, None if tls is None else f"https://127.0.0.1:{tls}", pki


def worker_arguments(given: dict[str, Any]) -> str:
    """Return what a worker is told by its own command line, as JSON.

    Raises:
        SetupError: the address of the master cannot be read.
    """
    host, separator, port = given["leader"].rpartition(":")
    if not separator:
        host, port = given["leader"], "5557"
    if not host or not port.isdecimal():
        raise SetupError(
            Text(
                f"--worker : HÔTE ou HÔTE:PORT est attendu, reçu : {given['leader']!r}",
                f"--worker: expected HOST or HOST:PORT, got {given['leader']!r}",
            )
        )
    return json.dumps(
        {
            "host": host.strip("[]"),
            "port": int(port),
            "allowed": list(given["allowed"]),
            "pki": None if given["pki"] is None else str(given["pki"]),
            "lang": given["lang"],
        }
    )
