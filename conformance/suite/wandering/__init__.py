"""Files led by chance: acts in an order that nobody has thought of."""
