"""The work list as people take it along: one page and one table per subdistrict.

Belongs here: its template, its columns, writing both. Does not: choosing places (``transforms.worklist``), gathering what the list says
(``flows.tell.worklist``).
"""
