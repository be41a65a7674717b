"""What only setting up uses: the simulator, and what drafts a district from a file never seen.

Belongs here: inventing deliveries, proposing declarations. Does not: anything that a nightly run needs.
"""
