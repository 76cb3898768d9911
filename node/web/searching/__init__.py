"""The search: its page, and the same as feeds."""
