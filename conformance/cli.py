"""The ``banc`` command: the harness's own commands beside those of the simulator, each imported when it is used."""

from __future__ import annotations

import sys

import click

from conformance.commands.lazy import Lazy, LazyGroup
from simulator.version import VERSION

# One line per command.
COMMANDS = {
    "demo": Lazy("conformance.commands.demo:demo", "Run a whole campaign against the reference LGO."),
    "run": Lazy(
        "conformance.commands.run:run", "Run a campaign against your own software, as a plan file says."
    ),
    "doctor": Lazy(
        "conformance.commands.doctor:doctor",
        "Look at the set-up of a campaign and say what to mend, before anything is judged.",
    ),
    "journeys": Lazy(
        "conformance.commands.journeys:journeys_command",
        "List the journeys of a guided campaign: what each costs a person, and which rules look at it.",
    ),
    "review": Lazy(
        "conformance.commands.review:review",
        "Decide what only eyes can judge in a campaign: the decision goes into its record.",
    ),
    "plan": Lazy("conformance.commands.plan:plan_group", "Write and check the plan of a campaign."),
    "report": Lazy(
        "conformance.commands.report:report",
        "Write the reports of a campaign again from its record, in either language.",
    ),
    "compare": Lazy(
        "conformance.commands.compare:compare_command",
        "Say what changed from campaign A to campaign B: verdicts, versions, texts of rules.",
    ),
    "evidence": Lazy(
        "conformance.commands.evidence:evidence_group",
        "Pack the evidence of a campaign for an examiner, and check a package offline.",
    ),
    "driver": Lazy(
        "conformance.commands.driver:driver_group", "Write and check the driver of your software."
    ),
    "rules": Lazy("conformance.commands.rules:rules_group", "Read the rule catalogue."),
    "check": Lazy(
        "conformance.commands.check:check",
        "Judge documents: CDA, HL7 v2, FHIR, Datamatrix, PDF, mail, IHE_XDM, XDS submission, exports (CSV, XLSX, JSON, XML).",
    ),
    "load": Lazy(
        "conformance.commands.load:load_command",
        "Look people up under load, check every answer against the registry, judge the figures.",
    ),
    "serve": Lazy("simulator.commands.serve:serve_command", "Start the simulated INSi teleservice."),
    "session": Lazy(
        "simulator.commands.session:session_group",
        "Sessions of a running simulator: isolated people, scripts, settings and clock, one for each tester.",
    ),
    "exchanges": Lazy(
        "simulator.commands.exchanges:exchanges_group",
        "Read the journal: what was asked, what was answered, and why.",
    ),
    "received": Lazy(
        "simulator.commands.received:received_group",
        "What the DMP and the MSSanté operator of the bench hold: mails, submissions, queries.",
    ),
    "mssante": Lazy(
        "conformance.commands.mssante:mssante_group",
        "Documents by MSSanté from another domain, right and wrong, into the mailbox of your software.",
    ),
    "scenario": Lazy("simulator.commands.scenario:scenario_group", "Scripted answers."),
    "population": Lazy(
        "simulator.commands.population:population_group",
        "Build a registry of synthetic people, look into it, export and import it.",
    ),
    "profiles": Lazy(
        "simulator.commands.profiles:profiles_command",
        "List the environment profiles, with how sure each is.",
    ),
    "pki": Lazy("simulator.commands.pki:pki_group", "Make certificates and assertions for tests."),
}
"""What the ``banc`` command offers, in the order of its help."""


@click.group(cls=LazyGroup, lazy=COMMANDS)
@click.version_option(VERSION, prog_name="banc")
def main() -> None:
    """Test bench for software that handles the French national health identity (INS).

    It gives no official authorisation: neither CNDA's nor a Ségur referencing.

    \b
    Start here:
      banc demo                 a whole campaign against the reference LGO
      banc serve                the simulated INSi teleservice alone
      banc doctor my-plan.yaml  is all in place for a campaign against your own software?
      banc run my-plan.yaml     that campaign
      banc check note.pdf       documents that your software produced
    """
    # A pipe of a Windows console may not know the letters that names and verdicts need.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


if __name__ == "__main__":
    main()
