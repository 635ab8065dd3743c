"""People who are a case on purpose: their names, births and histories, and the people beside them."""
