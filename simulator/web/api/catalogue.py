"""Routes about the simulator itself: its registry, its profiles, its faults."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from flask import Response, jsonify

from simulator.contract.faults import fault_catalogue
from simulator.sessions.profiles import profiles
from simulator.version import VERSION

if TYPE_CHECKING:
    from flask import Blueprint

    from simulator.bench import Bench


def catalogue_routes(api: Blueprint, bench: Bench) -> None:
    """Add the routes of what a simulator is and knows."""

    @api.get("/info")
    def info() -> Response:
        return jsonify(
            version=VERSION,
            people=bench.registry.count(),
            recipe=bench.registry.meta("recipe"),
            oid_mode=bench.options.oid_mode,
            profile=bench.options.profile,
        )

    @api.get("/profiles")
    def list_profiles() -> Response:
        return jsonify([asdict(profile) for profile in profiles().values()])

    @api.get("/faults")
    def list_faults() -> Response:
        return jsonify([asdict(fault) for fault in fault_catalogue().values()])
