"""The organisations of this node and what each says of itself."""
