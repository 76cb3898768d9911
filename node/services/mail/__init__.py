"""Mails: written into the outbox, sent from it, and kept in place of being sent."""
