"""Live sources: one small file per protocol over one contract, and what they share.

``contract`` says what a connector is asked and what it gives; ``client`` asks over the web (``guard``, ``retries``, ``quota``,
``secrets``), ``keyset`` walks over pages, ``rows`` makes tables of answers, ``cuts`` makes batches of pages, ``memory`` keeps cursors,
``live`` is the place that all of it looks like from outside, ``kinds`` names them.
Belongs here: everything between a far side and a table of strings. Does not: what is declared
(``transforms.district.live``), what columns mean (``transforms.reports.mapping``), whose turn it is (``flows.intake``).
"""
