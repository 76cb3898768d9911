"""This node's own listings: published, changed, doubted, taken back and over."""
