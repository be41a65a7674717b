"""How delivered files are read: bytes in, declared columns as text out.

Belongs here: formats and encodings. Does not: what the columns mean (``transforms.mapping``), scanning and storing them
(``infra.landing``).
"""
