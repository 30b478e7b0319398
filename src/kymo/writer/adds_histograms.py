"""The methods of `SummaryWriter` that log histograms."""

from kymo.writer.bad_input import check_tag
from kymo.writer.scalar import to_step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from kymo.writer.file_writer import FileWriter
    from kymo.writer.histogram_counter import HistogramCounter


class AddsHistograms:
    """Adds histograms to a writer's file."""

    _counter: "HistogramCounter | None" = None

    def _get_file_writer(self) -> "FileWriter":
        raise NotImplementedError

    def add_histogram(
        self,
        tag: str,
        values: "Any",
        global_step: "Any" = None,
        bins: "Any" = "tensorflow",
        walltime: float | None = None,
        max_bins: int | None = None,
    ) -> None:
        """Logs how often values come in each of some buckets.

        Of values on a device only the counts leave it, unless the bins are to be found by a rule: a rule needs the
        values on the host.

        Args:
            tag: Name of the series.
            values: Real numbers: an array, a tensor of any dtype on any device, a list. NaN and infinities are counted
                apart, and a warning of the logger "kymo" tells once that there are some.
            global_step: As in `add_scalar`.
            bins: "tensorflow" for TensorBoard's, which grow by a tenth from one to the next; how many of one width;
                the name of a rule of `numpy.histogram_bin_edges`; or their edges. Where a rule finds no bins since the
                values lie too far apart, there are a few of one width, and a warning of the logger "kymo" says so.
            walltime: As in `add_scalar`.
            max_bins: Neighbouring bins are joined where there are at least twice as many, as torch joins them: what is
                left is less than twice as many.

        Raises:
            TypeError: `tag` is no string, the values are no real numbers, or `bins` is none of these.
            ValueError: As in `add_scalar`; `bins` or `max_bins` is out of range; or a tensor has no values, as on the
                device "meta".

        Example:
            >>> from kymo import SummaryWriter
            >>> SummaryWriter("runs/mlp", write_to_disk=False).add_histogram("weights", [0.5, 0.25, -0.5], 100)
        """
        from kymo.writer.histogram import histogram_summary
        from kymo.writer.histogram_counter import HistogramCounter

        check_tag(tag)
        step = to_step(tag, global_step)
        self._counter = self._counter or HistogramCounter()
        histogram = self._counter.count(tag, values, bins, max_bins)
        self._get_file_writer().add_summary(histogram_summary(tag, histogram), step, walltime)
        self._counter.tell_not_finite(tag, step, histogram)

    def add_histogram_raw(
        self,
        tag: str,
        min: "Any",
        max: "Any",
        num: "Any",
        sum: "Any",
        sum_squares: "Any",
        bucket_limits: "Any",
        bucket_counts: "Any",
        global_step: "Any" = None,
        walltime: float | None = None,
    ) -> None:
        """Logs a histogram that was counted elsewhere, as TensorBoard stores it.

        Args:
            tag: Name of the series.
            min: The least value.
            max: The greatest.
            num: How many values there are.
            sum: Their sum.
            sum_squares: The sum of their squares.
            bucket_limits: The upper end of each bucket, ascending.
            bucket_counts: How many values lie in each bucket.
            global_step: As in `add_scalar`.
            walltime: As in `add_scalar`.

        Raises:
            TypeError: One of them is no number, or no list of numbers.
            ValueError: There is not a limit for each count, limits do not ascend, or counts are negative.

        Example:
            >>> from kymo import SummaryWriter
            >>> writer = SummaryWriter("runs/mlp", write_to_disk=False)
            >>> writer.add_histogram_raw("weights", 0, 1, 3, 1.5, 1.25, [0, 0.5, 1], [0, 2, 1], 100)
        """
        from kymo.writer.histogram import histogram_summary, raw_histogram

        check_tag(tag)
        histogram = raw_histogram(tag, (min, max, num, sum, sum_squares), bucket_limits, bucket_counts)
        summary = histogram_summary(tag, histogram)
        self._get_file_writer().add_summary(summary, to_step(tag, global_step), walltime)
