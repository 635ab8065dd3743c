"""The fake INSi teleservice of banc-insi: contract, registry, scripted answers and journal."""
