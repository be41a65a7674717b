"""The steps that flows are made of: tasks by name, and what follows a published night.

Belongs here: what Prefect shows as a step, and side products that fail alone. Does not: the flows (``flows.nightly``,
``flows.backfill``), the work itself (the other rooms).
"""
