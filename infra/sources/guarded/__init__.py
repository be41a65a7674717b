"""The guarded reader: formats that hostile bytes can bring down a process with are read in a child, under limits, without a secret.

Workbooks, Parquet and archives go down a pipe to ``child``, which knows no key, writes no file and may take so much memory and time;
tables come back as Arrow, members of archives as bytes. ``asking`` is the door; ``guard`` starts the one child of this process when it is
first needed, replaces it when it dies and says what killed it; ``wire`` is what passes over the pipe, ``work`` what the child can do.
Belongs here: that. Does not: the formats and archives themselves (``infra.sources``), which limits there are (``infra.sources.limits``).
"""
