"""The web process: HTTP in, rules asked, HTML or JSON out; the door to FastAPI."""

from challenge.web.app import create_app

__all__ = ["create_app"]
