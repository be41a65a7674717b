"""How delivered files are found and read: places in, bytes unpacked in memory, declared columns as text out.

``places`` finds and fetches what lies in folders and object stores, ``unpack`` opens archives, ``formats`` names the reader of each ending,
and each format is one file with one ``read``. Belongs here: everything between an address and a frame of strings. Does not: what the
columns mean (``transforms.reports.mapping``), scanning and storing them (``infra.landing.landing``).
"""
