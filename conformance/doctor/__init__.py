"""Looks at the set-up before a campaign, so that its faults are told once, with a remedy, and never held against the software.

One module for each thing that is looked at; ``examining`` puts them in order and keeps to the time allowed:

==============  ====================================================================================================
module          what it looks at
==============  ====================================================================================================
``folder``      the report folder can be written in and has room
``address``     somebody listens at the address of the driver, in the scheme that the plan says
``tls``         the certificate chain of the driver
``bench_side``  the simulator: there, of this version, and not another program on its port
``software``    what the software declares, and its clock
``contract``    the answers of the declared verbs: their form, dates among it
``insi``        a patient there and back, and whether a call to INSi reaches the session of the campaign
==============  ====================================================================================================

A finding is ``record.events.DoctorFinding``. It *stops* the campaign when nothing could be concluded with it.
"""

from conformance.doctor.notes import Diagnosis, Look, Notes, Patience

__all__ = ["Diagnosis", "Look", "Notes", "Patience"]
