"""What a node does, one verb and its noun a module: views, commands and the worker call these, they call storage."""
