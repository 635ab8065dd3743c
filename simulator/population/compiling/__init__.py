"""Programs that compile the data files of this room; none runs when a bench starts."""
