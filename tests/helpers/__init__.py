"""What the tests of several rooms share.

Belongs here: invented districts, reports and files, readers of source text, and whatever a second room of tests asks for. Does not:
expectations of any test; fixtures (the nearest ``conftest``); what the tests of one room alone use (beside them).
"""
