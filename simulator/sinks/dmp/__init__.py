"""A stand-in for the DMP: takes submissions (ITI-41) and tests of existence (TD0.2), and answers as XDS says.

Evidence: the wire of both and the codes about the patient were read in public clients and specifications; the other
codes are those of IHE, from memory; that a wrong INS is answered as an unknown patient is inferred. What the real DMP
checks beyond is not established, so nothing else is refused.
"""

from simulator.sinks.dmp.service import DmpAnswer, DmpRequest, DmpService

__all__ = ["DmpAnswer", "DmpRequest", "DmpService"]
