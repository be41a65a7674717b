"""The brief: one night of one district as a single HTML page that needs nothing but a browser.

Belongs here: what the page says (``model``), its words in both languages (``labels``), its shapes (``geometry``) and its making
(``render``, ``templates/``). Does not: reading the warehouse (the caller hands over plain values), decisions about risk (``transforms``).
"""
