"""What was known to what is published: which night, as of when, measured with which models; replay and backtest.

Belongs here: the order of a night's steps. Does not: formulas (``transforms.scoring``), statements (``infra.warehouse``), deliveries
(``flows.intake``).
"""
