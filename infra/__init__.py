"""Everything that touches the outside: settings, district folders, sources, landing, lake, warehouse, migrations, brief.

Belongs here: disk, network, database and environment. Does not: decisions about risk (``transforms``), validation (``expectations``),
orchestration (``flows``).
"""
