"""How the warehouse schema came to be, step by step.

Belongs here: Alembic's environment and ``versions``. A step that was released never changes; a new one follows it. Does not: today's
tables (``infra.warehouse.tables``), the text of the views that a step makes (``infra.views``).
"""
