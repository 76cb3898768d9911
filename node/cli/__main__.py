"""`python -m node.cli`: the same as `sharefeed`."""

from node.cli import main

main()
