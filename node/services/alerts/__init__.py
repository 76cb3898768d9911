"""Mails about what is new: asked for without an account, confirmed by a link, changed and ended by links."""
