"""Steering a run while it goes on, through the requests in its `control/`."""
