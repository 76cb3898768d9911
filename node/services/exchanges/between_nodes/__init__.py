"""Exchanges between two nodes: what is told the other side's home, and what it says."""
