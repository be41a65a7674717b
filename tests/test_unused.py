"""What nothing uses is not kept, and what only tests use stands among the tests."""

from __future__ import annotations

from tests.helpers.source import HOUSE, ROOT, at, dotted, modules, tell
from tests.helpers.unused import definitions, used_at_home, used_in

# Used by others than Python: the installed command, Prefect, which is handed the name of a flow's module, and Alembic, which reads the
# steps of a schema by name.
CALLED_FROM_OUTSIDE = {
    ("flows/cli/app.py", "main"),
    ("flows/sweep.py", "sweep"),
    *(("flows/serving/chores.py", n) for n in ("purge", "compact", "backtest")),
}
READ_BY_ALEMBIC = "infra/warehouse/migrations/versions/"


def test_every_function_class_and_constant_is_used_by_the_packages_themselves() -> None:
    elsewhere = used_in(modules(*HOUSE))
    problems = []
    for file in modules(*HOUSE):
        home, module = used_at_home(file), dotted(file)
        for line, name in definitions(file):
            outside = (str(file.relative_to(ROOT)), name) in CALLED_FROM_OUTSIDE or READ_BY_ALEMBIC in str(file)
            if name not in home and (module, name) not in elsewhere and not outside and name != "__all__":
                problems.append(at(file, line, f"{name} is used by no package; remove it, or move it to the tests"))
    tell(problems)
