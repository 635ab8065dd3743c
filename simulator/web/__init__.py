"""HTTP as an application: the SOAP entry in front, the control API behind it."""
