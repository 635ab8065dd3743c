"""HL7 v2: messages, batches and their form in XML; what its segments say of whom, and the rules of the INS in them."""
