"""Receipts of exchanges: this node's halves signed and published, others' read, and what two halves say together."""
