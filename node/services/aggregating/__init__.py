"""Reading other nodes: the sources, who proposed them, when they are read, and whose key is believed."""
