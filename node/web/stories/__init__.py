"""Success stories as everyone reads them."""
