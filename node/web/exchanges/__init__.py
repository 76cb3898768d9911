"""Asking for a listing, and the page of what becomes of that."""
