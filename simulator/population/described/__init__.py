"""What a population is made of, as its data files describe it: cases, profiles, tags."""
