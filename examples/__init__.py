"""The demo network: invented organisations around Peterborough, and the program that sets them up on one machine."""
