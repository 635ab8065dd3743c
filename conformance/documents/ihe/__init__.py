"""IHE: archives (XDM), submissions (XDS, XDW) and their metadata."""
