"""The simulated teleservice inside your own tests.

A server of its own, on a free port, in this process, with a registry of its own in a temporary folder::

    from simulator.testing import Simulator

    with Simulator() as insi:
        patient = insi.person(sex="F")
        my_software.search(insi.soap_url, patient)
        insi.assert_called(times=1, birth_name=patient.identity.traits.birth_name, code="00")

With pytest the fixture ``insi`` does it, with a fresh session for each test: nothing to install or to configure.
See docs/testing.md.
"""

from simulator.client import BenchClientError
from simulator.contract.names import Operation
from simulator.registry.person import Person
from simulator.testing.calls import ReceivedCall
from simulator.testing.clock import Clock
from simulator.testing.people import NoSuchPersonError
from simulator.testing.server import Simulator, SimulatorError
from simulator.testing.session import Insi, Script, When

__all__ = [
    "BenchClientError",
    "Clock",
    "Insi",
    "NoSuchPersonError",
    "Operation",
    "Person",
    "ReceivedCall",
    "Script",
    "Simulator",
    "SimulatorError",
    "When",
]
