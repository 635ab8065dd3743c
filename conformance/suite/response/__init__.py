"""What is done with what INSi answers: the checks of its rules."""
