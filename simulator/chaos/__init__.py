"""Disturbances of the network and of SOAP: their catalogue, and what each does to an answer."""
