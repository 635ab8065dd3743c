"""CDA: the header, its body, and whoever else it tells of."""
