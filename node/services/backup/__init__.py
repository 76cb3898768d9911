"""Backups of a node: made, written as one file, and brought back."""
