"""Holding a feed against the rules, as a catalogue would."""
