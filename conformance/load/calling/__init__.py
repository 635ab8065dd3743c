"""The process that generates the load: its users, when their calls are due, what they send, and whether each answer is right."""
