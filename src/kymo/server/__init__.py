"""The dashboard's server: typed routes over a log directory, a live channel, and the static page."""

from kymo.server.app import create_app

__all__ = ["create_app"]
