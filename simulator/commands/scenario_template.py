"""The scenario that ``banc scenario new`` writes: short, commented, and good as it is."""

from __future__ import annotations

from typing import Final


def template(scenario_id: str) -> str:
    """Return the text of a new scenario of this id."""
    return _TEMPLATE.replace("{id}", scenario_id)


_TEMPLATE: Final = """\
# A scenario: what the teleservice answers instead of what the registry says.
# Check it with: banc scenario check FILE. Try it with: banc scenario run FILE --call.
id: {id}

# What it is, in French and in English.
title: {fr: Jour de naissance inconnu, en: Unknown birth day}
purpose: {fr: Vérifier que l'identité n'est pas reprise., en: Check that the identity is not taken.}

# Where the case comes from, and how sure it is that the real service answers so:
# official (published contract), observed (captured), reported (third party), inferred (ours).
source: my own
evidence: inferred

# What the software under test is expected to do.
expected: {fr: Rien n'est repris et l'utilisateur est averti., en: Nothing is taken and the user is warned.}

# Who plays which role: by key, by tag, or nothing (named when the scenario is installed).
people:
  patient: {key: cnda/adrun-zoe}

# Tried in order; the first rule whose conditions all hold answers. When none holds, the registry does.
rules:
  # The first search for the patient: the service is down.
  - when: {operation: rechercherInsAvecTraitsIdentite, person: patient, call: {first: true}}
    then: {fault: insi_102}
  # The next ones: the patient is found, but their birth day is unknown.
  - when: {operation: rechercherInsAvecTraitsIdentite, person: patient}
    then: {code: "00", person: patient, alter: [lunar-day]}

# Calls that show it, and what comes back: banc scenario run --call makes them.
outcome:
  - {ask: {person: patient}, code: insi_102}
  - {ask: {person: patient}, times: 2, code: "00", contains: ["1975-12-00"]}
"""
