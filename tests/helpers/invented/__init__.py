"""What a newcomer would add: a feed and a type of alert, each the one file that it takes.

Belongs here: those files. Does not: entering them, and what comes of it (``tests.flows.test_newcomers``).
"""
