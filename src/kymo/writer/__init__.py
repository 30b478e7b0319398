"""Writing runs: `SummaryWriter` and the files behind it."""

from kymo.writer.summary_writer import SummaryWriter

__all__ = ["SummaryWriter"]
