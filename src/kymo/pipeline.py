"""Where the time of a training goes, in loops that are no run's: `pipeline.instrument(loader, writer)`."""

from kymo.probe.pipeline.instrumented_loader import InstrumentedLoader

__all__ = ["instrument"]

instrument = InstrumentedLoader
