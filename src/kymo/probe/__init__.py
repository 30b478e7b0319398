"""Sensors: what the machine does while a training goes on."""
