"""Is this really free? What states a price, and what reads like an offer for sale. Pure.

`prices` finds members that state a price, however deep: whatever has one is no listing. `judge` reads the words,
and says whether they are free, doubtful or not free, with what moved the score and the exact places of its words.
"""
