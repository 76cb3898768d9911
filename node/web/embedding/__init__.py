"""Listings on other websites."""
