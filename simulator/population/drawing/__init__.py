"""People drawn by the million: births, places, names, households, and who is registered already."""
