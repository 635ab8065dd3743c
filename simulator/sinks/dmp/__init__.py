"""A stand-in for the DMP, which takes submissions and gives them back.

ITI-41 (a document is fed), TD0.2 (is there a DMP?), ITI-18 and ITI-43 (what was sent is found and read), TD0.9 (a page on a
patient is opened).

Evidence: the wire of ITI-41 and TD0.2 and the codes about the patient were read in public clients and specifications; ITI-18,
ITI-43 and the other codes are those of IHE, from memory; that a wrong INS is answered as an unknown patient, the form of the
contextual access and which certificate may sign the VIHF are inferred. What the real DMP checks beyond is not established,
so nothing else is refused.
"""

from simulator.sinks.dmp.service import DmpService
from simulator.sinks.dmp.wire import DmpAnswer, DmpRequest

__all__ = ["DmpAnswer", "DmpRequest", "DmpService"]
