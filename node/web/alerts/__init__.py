"""Asking for mails about what is new, and ending them."""
