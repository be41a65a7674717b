"""Landed batches: one immutable Parquet file each, for crashes and retries.

Belongs here: identity of a batch, the privacy scan, the landed file. Does not: reading formats (``infra.sources``), judging values
(``expectations``).
"""
