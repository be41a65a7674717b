"""Whether everything that a night needs is there and sound: `sifang doctor`.

Reading order: ``finding`` (what a check tells) → ``patient`` (what is looked at) → ``examination`` (which checks there are, and how one
that cannot look is told) → a file per thing that is looked at.

Belongs here: looking, and one finding per thing. Does not: how a running district stands (``flows.tell.status``), proposing a declaration
(``flows.tell.proposal``), drawing (``flows.cli.draw.doctor``), mending anything.

The examination is imported from its own file: who only tells what was found does not pay for what looks.
"""

from flows.tell.doctor.finding import Finding as Finding
from flows.tell.doctor.finding import is_sound as is_sound
