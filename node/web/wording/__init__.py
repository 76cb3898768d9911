"""Words: languages, dates and counts, codes of the protocol, and what people wrote."""
