"""The verbs: everything that a software under test can be asked to do, each declared once.

``VERBS`` is the table. The HTTP and subprocess drivers, the guided instructions, the scaffolds and the server of the
reference LGO are derived from it, and ``openapi.yaml`` is tested against it. To add a verb: its name in
``model.Verb``, its method in one of the modules here, its operation in ``openapi.yaml``.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from conformance.drivers.declaring import Argument, Declaration, Place, Sign, declarations_of
from conformance.drivers.errors import VerbNotSupportedError
from conformance.drivers.model import Verb
from conformance.drivers.verbs.cards import CardVerbs
from conformance.drivers.verbs.insi import InsiVerbs
from conformance.drivers.verbs.partners import PartnerVerbs
from conformance.drivers.verbs.patients import PatientVerbs
from conformance.drivers.verbs.site import SiteVerbs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import Actor, Capabilities

__all__ = ["ALWAYS", "VERBS", "Argument", "Declaration", "Driver", "Place", "Sign"]


class Driver(PatientVerbs, InsiVerbs, CardVerbs, PartnerVerbs, SiteVerbs):
    """A software under test, seen as the verbs it can do.

    What carries the verbs is in the subclasses. Every verb raises ``RefusedError`` when the software refuses,
    ``VerbNotSupportedError`` when it declares that it cannot, and ``DriverError`` when it cannot be reached or
    understood.
    """

    _capabilities: Capabilities | None = None
    reserved: frozenset[str] = frozenset()
    """Verbs that somebody entitled does for the ordinary user of a campaign, who is refused them."""

    def perform(self, declaration: Declaration, actor: Actor | None, arguments: Mapping[str, Any]) -> Any:
        """Do one verb, if the software declares it, and return its answer."""
        verb = declaration.verb
        if verb is not None:
            declared = self._capabilities or self.capabilities()
            if verb not in declared.verbs:
                raise VerbNotSupportedError(verb, declared.not_supported.get(verb, ""))
        answer = self.carry(declaration, actor, arguments)
        if declaration.name == "capabilities":
            self._capabilities = answer
        return answer

    def outdated(self) -> None:
        """Ask for everything anew from now on; only a driver that is answered more than it asked has anything to forget."""

    def reserve(self, verb: str) -> None:
        """Have somebody entitled do a verb for the ordinary user from now on; only what records a campaign knows them."""

    def carry(self, declaration: Declaration, actor: Actor | None, arguments: Mapping[str, Any]) -> Any:
        """Bring one verb to the software, whatever it declares, and return its answer."""
        raise NotImplementedError


_ALL = declarations_of(Driver)

VERBS: Mapping[Verb, Declaration] = MappingProxyType(
    {each.verb: each for name in Verb for each in _ALL if each.verb is name}
)
"""Every verb that a software may declare, in the order of ``model.Verb``."""

ALWAYS: Mapping[str, Declaration] = MappingProxyType({each.name: each for each in _ALL if each.verb is None})
"""What every software has: ``capabilities`` and ``reset``."""
