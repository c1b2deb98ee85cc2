"""The commands of an organiser together; `challenge.cli` makes them its own."""

from __future__ import annotations

import typer

from challenge.organiser.audit import app as audit_app
from challenge.organiser.backup import app as backup_app
from challenge.organiser.competing import app as competing_app
from challenge.organiser.export import app as export_app
from challenge.organiser.invitations import app as invitations_app
from challenge.organiser.people import group
from challenge.organiser.phases import app as phases_app
from challenge.organiser.quota import app as quota_app
from challenge.organiser.rescoring import app as rescoring_app
from challenge.organiser.stick import app as stick_app
from challenge.records import Role

app = typer.Typer()
for role in Role:
    app.add_typer(group(role), name=role.value)
app.add_typer(invitations_app, name="invitation")
app.add_typer(phases_app, name="phase")
app.add_typer(quota_app, name="quota")
for part in (
    competing_app,
    rescoring_app,
    audit_app,
    export_app,
    stick_app,
    backup_app,
):
    app.add_typer(part)
