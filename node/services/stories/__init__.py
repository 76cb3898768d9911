"""Success stories: what organisations tell of their handovers, and what is shown of other nodes' stories."""
