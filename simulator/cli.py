"""Mounts the commands about the simulator; the ``banc`` command mounts them beside those of the harness."""

from __future__ import annotations

import click

from simulator.commands.bilingual import BilingualGroup
from simulator.commands.exchanges import exchanges_group
from simulator.commands.pki import pki_group
from simulator.commands.population import population_group
from simulator.commands.profiles import profiles_command
from simulator.commands.received import received_group
from simulator.commands.scenario import scenario_group
from simulator.commands.serve import serve_command
from simulator.commands.session import session_group

COMMANDS = (
    serve_command,
    session_group,
    exchanges_group,
    received_group,
    scenario_group,
    population_group,
    profiles_command,
    pki_group,
)
"""What the ``banc`` command mounts."""


@click.group(cls=BilingualGroup)
def main() -> None:
    """Commands about the simulator alone."""


for command in COMMANDS:
    main.add_command(command)


if __name__ == "__main__":
    main()
