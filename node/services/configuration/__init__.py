"""How a node is set up: its folder, its settings, its key and its look."""
