"""``banc journeys``: the journeys of a guided campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from conformance.guided.selecting import all_journeys
from simulator.commands.bilingual import BilingualCommand
from simulator.commands.common import lang_option
from simulator.commands.output import print_json
from simulator.text import Text

if TYPE_CHECKING:
    from simulator.text import Lang


@click.command("journeys", cls=BilingualCommand)
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@lang_option
def journeys_command(*, as_json: bool, lang: Lang) -> None:
    """List the journeys of a guided campaign: what each costs a person, and which rules look at it.

    \b
    Examples:
      banc journeys
      banc run counter.yaml --journey import      a person at the counter, one journey
      banc run my-plan.yaml --journey all         the same journeys through any other driver
    """
    known = all_journeys()
    if as_json:
        listed = [
            {
                "key": key,
                "title": {"fr": about.journey.title.fr, "en": about.journey.title.en},
                "acts": about.journey.acts,
                "minutes": about.journey.minutes,
                "rules": list(about.rules),
            }
            for key, about in known.items()
        ]
        print_json(listed)
        return
    for key, about in known.items():
        journey, count = about.journey, len(about.rules)
        said = Text(
            f"{journey.acts} actes, environ {journey.minutes} minutes, {count} règles",
            f"{journey.acts} acts, about {journey.minutes} minutes, {count} rules",
        )
        click.echo(
            f"{key:<12} {journey.title[lang]}\n{'':<12} {said[lang]}\n{'':<12} {', '.join(about.rules)}"
        )
    acts = sum(about.journey.acts for about in known.values())
    minutes = sum(about.journey.minutes for about in known.values())
    rules = len({rule for about in known.values() for rule in about.rules})
    total = Text(
        f"{len(known)} parcours : {acts} actes, environ {minutes} minutes, {rules} règles",
        f"{len(known)} journeys: {acts} acts, about {minutes} minutes, {rules} rules",
    )
    click.echo(total[lang])
