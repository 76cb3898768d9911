"""An organisation that moves: what it takes with it, what it brings, and where it went."""
