"""A studio full of invented people, to look around in and to measure with."""
