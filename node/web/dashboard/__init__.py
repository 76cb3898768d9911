"""The city's view: what all sharing came to."""
