"""``python -m challenge`` does what the command ``challenge`` does."""

from challenge.cli import app

app()
