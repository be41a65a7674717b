"""One category as one panel sees it, in reading order: view → expected → fit → freeze → surges → rows → steps.

``view`` is what is seen, ``expected`` the harm that models make of it; ``fit`` makes the models, ``freeze`` the reference; ``surges`` tests
the last days, ``rows`` tells the night, ``steps`` says what moved it since the night before.

Belongs here: putting the parts of one category together. Does not: any formula of its own beyond sums, those are in the files beside this
room; what the categories of a night have to do with each other (``transforms.scoring.risk``).
"""
