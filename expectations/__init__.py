"""The contract with those who deliver data: Great Expectations suites and the verdicts they give.

Belongs here: every import of Great Expectations and pandas. Does not: paths of its own, decisions about risk (``transforms``), writing
quarantine or batches (``infra``). Nothing here keeps a value of a row: verdicts hold reason codes and row numbers.
"""
