"""How a software under test is driven: the driver, and what it raises.

Every verb raises ``RefusedError`` when the software refuses, ``VerbNotSupportedError`` when it declares that it
cannot, and ``DriverError`` when it cannot be reached or understood.
"""

from conformance.drivers.errors import DriverError, Fault, RefusedError, VerbNotSupportedError
from conformance.drivers.verbs import Driver

__all__ = ["Driver", "DriverError", "Fault", "RefusedError", "VerbNotSupportedError"]
