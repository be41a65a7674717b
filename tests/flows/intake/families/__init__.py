"""Whatever a city writes: the same events in any spelling of a family come out as the same typed rows.

Belongs here: of each family of what a delivery may be the property that holds it, from the bytes of a file to its typed rows or to what
stands. Does not: single values (``tests/transforms/reports``), what is refused (the modules around this room).

| family | its property | what is tried more closely of a part of the way |
| --- | --- | --- |
| 1 order | ``test_deliveries`` | names of files: ``tests.transforms.reports.test_order`` |
| 2 keys, and what counts how often | ``test_values`` | one number in every spelling: ``tests.transforms.reports.test_key_texts`` |
| 3 times | ``test_values`` | ``tests.transforms.reports.test_spellings``, ``tests.transforms.reports.test_mapping`` |
| 4 places | ``test_values`` | ``tests.transforms.grids.test_projected``, ``tests.transforms.reports.test_ways_of_writing`` |
| 5 words | ``test_words`` | look-alikes: ``tests.transforms.words.test_folding`` |
| 6 tables | ``test_tables`` | lines that are no rows: ``tests.infra.sources.test_ragged`` |
| 7 what a delivery is | ``test_deliveries`` | the same read again: ``tests.flows.intake.test_reread`` |
| 8 lookups | ``test_tables`` | ``tests.flows.intake.test_lookups`` |
"""
