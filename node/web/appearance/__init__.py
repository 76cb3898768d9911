"""How a node looks: its colour, its icons, its words."""
