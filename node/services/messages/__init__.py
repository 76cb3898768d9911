"""Messages between nodes: sent with patience, received once."""
