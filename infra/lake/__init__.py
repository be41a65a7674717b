"""The lake: one append-only Delta table of report versions per district.

Reading order: ``lake`` (what others use) → ``table`` (commits and files) → ``packing`` (rows as files, whose names are digests) →
``shelf`` (bytes under names), ``folder`` and ``store`` (its two kinds), ``opening`` (which of them an address means) → ``log`` (what
commits say of themselves) → ``verifying`` (whether files are as they were written) → ``upkeep`` (joining and dropping) → ``copying`` (a
lake as of a commit, elsewhere) → ``tombstones``, ``erasing`` (reports that go for good) → ``faults`` (the door for errors).

Belongs here: creating, appending to, scanning, verifying and tidying the table. Does not: which version counts
(``transforms.reports.versions``).
"""
