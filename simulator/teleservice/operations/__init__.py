"""The operations of the teleservice: one module each, from a call that was read to what is answered."""
