"""How risk is computed, in reading order: season → rate → negbin → harm → reference → levels; ``stock`` and ``duty`` beside them.

Belongs here: formulas, one small file each, on NumPy arrays with Polars at the borders. Does not: reading the lake (``infra``), counting
reports into days (``transforms.panel``), deciding who is told (``transforms.alerts``).
"""
