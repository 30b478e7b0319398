"""Trainings that are held back on purpose, for `kymo demo --bottleneck`."""
