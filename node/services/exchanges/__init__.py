"""Exchanges at this node: asking for a thing, answering, handing it over, and forgetting who it was."""
