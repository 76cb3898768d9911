"""The catalogue's index (Tantivy): derived data that follows the change log and can be thrown away at any time.

Nothing here is needed by a node that only publishes; import it in functions, so that such a node never loads it.
"""
