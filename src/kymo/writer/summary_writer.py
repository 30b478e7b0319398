"""The drop-in for torch's `SummaryWriter`."""

import os
import time

from kymo.writer.adds_histograms import AddsHistograms
from kymo.writer.bad_input import check_tag, shown
from kymo.writer.event_path import event_directory
from kymo.writer.file_writer import FileWriter
from kymo.writer.open_files import OpenFiles, close_together, flush_together
from kymo.writer.process_lock import ProcessLock
from kymo.writer.scalar import to_float, to_step, to_wall_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Any, Self


def _default_log_dir(comment: str) -> str:
    return f"runs/{time.strftime('%b%d_%H-%M-%S')}_{os.uname().nodename}{comment}"


class SummaryWriter(AddsHistograms):
    """Writes a run's numbers, histograms and texts to event files, which TensorBoard and kymo read.

    Signatures and files are those of `torch.utils.tensorboard.SummaryWriter`. Unlike there, whatever was logged is in
    the file 50 ms later; nothing is lost when the process exits without `close`; a full disk, a lost mount or a
    deleted directory costs a warning of the logger "kymo", and is made up for when the file can be written again. All
    methods may be called from any thread. A process forked off writes to a file of its own.

    Args:
        log_dir: Directory of the run, made if it is not there. By default
            `runs/<month><day>_<time>_<host><comment>`.
        comment: Appended to the default directory; without effect if `log_dir` is given.
        purge_step: First step that this run writes anew after a crash: what earlier files hold from it on is hidden.
        max_queue: Taken for compatibility: the queue is bounded by bytes (64 MiB for each file). Adding waits only
            when that is full although the disk takes each piece at once, that is, for whoever logs faster than the
            disk writes; a disk that is slow, full or gone is never waited for: what is beyond the queue is lost then,
            and counted in the warning.
        flush_secs: Taken for compatibility: events are written within 50 ms.
        filename_suffix: Appended to the name of every event file.
        logdir: The same as `log_dir`, as tensorboardX calls it.
        write_to_disk: False makes every method check its arguments and write nothing.

    Raises:
        TypeError: `log_dir` or `filename_suffix` is no path or string, or `purge_step` no number.
        ValueError: `log_dir` is the address of a remote store, both `log_dir` and `logdir` are given, or `purge_step`
            is no int64.
        NotADirectoryError: `log_dir` is a file.
        OSError: `log_dir` cannot be the name of a directory.

    Example:
        >>> import tempfile
        >>> from kymo import SummaryWriter
        >>> with tempfile.TemporaryDirectory() as directory, SummaryWriter(directory) as writer:
        ...     for step in range(3):
        ...         writer.add_scalar("train/loss", 1 / (step + 1), step)
        ...     writer.flush()
        True
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str] | None = None,
        comment: str = "",
        purge_step: int | None = None,
        max_queue: int = 10,
        flush_secs: float = 120,
        filename_suffix: str = "",
        *,
        logdir: str | os.PathLike[str] | None = None,
        write_to_disk: bool = True,
    ) -> None:
        if log_dir and logdir and os.fspath(log_dir) != os.fspath(logdir):
            raise ValueError(f"log_dir {shown(log_dir)} and logdir {shown(logdir)} differ: pass one of them")
        if not isinstance(filename_suffix, str) or not filename_suffix.isprintable() or "/" in filename_suffix:
            raise TypeError(f"filename_suffix {shown(filename_suffix)} is not a string that can end a file's name")
        self.log_dir = log_dir or logdir or _default_log_dir(comment)
        self.purge_step = None if purge_step is None else to_step("purge_step", purge_step)
        self.max_queue = max_queue
        self.flush_secs = flush_secs
        self.filename_suffix = filename_suffix
        self.file_writer: FileWriter | None = None
        self.all_writers: dict[str, FileWriter] | None = None
        self._write_to_disk = write_to_disk
        self._directory = event_directory(self.log_dir)
        self._opening = ProcessLock()
        self._open_files = OpenFiles()
        self._closing: list[FileWriter] = []
        self._get_file_writer()

    @property
    def logdir(self) -> str | os.PathLike[str]:
        """The same as `log_dir`, as tensorboardX calls it."""
        return self.log_dir

    def get_logdir(self) -> str | os.PathLike[str]:
        """The run's directory, as it was given.

        Example:
            >>> from kymo import SummaryWriter
            >>> SummaryWriter("runs/mlp", write_to_disk=False).get_logdir()
            'runs/mlp'
        """
        return self.log_dir

    def add_scalar(
        self,
        tag: str,
        scalar_value: "Any",
        global_step: "Any" = None,
        walltime: float | None = None,
        new_style: bool = False,
        double_precision: bool = False,
        *,
        display_name: str = "",
        summary_description: str = "",
    ) -> None:
        """Logs one number.

        Args:
            tag: Name of the series.
            scalar_value: A number, or a NumPy array or torch tensor of one element. Reading one that is on a device
                waits for the device. Stored as float32 unless `double_precision` is set.
            global_step: An int64 as any kind of number, whose fraction is cut off; None is 0.
            walltime: Seconds since the epoch; None is now.
            new_style: Store a rank-0 tensor rather than TensorBoard's older `simple_value`.
            double_precision: Store float64 (a tensor, whatever `new_style` is). TensorBoard's fast loader cannot show
                these.
            display_name: Title of the chart, if not `tag`.
            summary_description: What the series is, in Markdown. Only the first one of a series counts.

        Raises:
            TypeError: `tag` is no string, or a value or step no number.
            ValueError: A tensor has other than one element, a step is not finite or out of int64, or `walltime` is
                not finite.

        Example:
            >>> from kymo import SummaryWriter
            >>> writer = SummaryWriter("runs/mlp", write_to_disk=False)
            >>> writer.add_scalar("train/loss", 0.25, 100)
            >>> writer.add_scalar("train/loss", "low", 101)
            Traceback (most recent call last):
            TypeError: value 'low' (str) for tag 'train/loss' is not a number: pass a number or a one-element array
        """
        if type(scalar_value) is not float:
            scalar_value = to_float(tag, scalar_value)
        writer = self.file_writer
        if (
            writer is not None
            and walltime is None
            and not (double_precision or new_style or display_name or summary_description)
            and writer.add_now(tag, scalar_value, global_step)
        ):
            return
        check_tag(tag)
        step = to_step(tag, global_step)
        wall_time = time.time() if walltime is None else to_wall_time(tag, walltime)
        writer = writer or self._get_file_writer()
        if display_name or summary_description:
            from kymo.writer.described_scalar import described_scalar_summary

            summary = described_scalar_summary(
                tag,
                scalar_value,
                tensor=new_style,
                double=double_precision,
                display_name=display_name,
                description=summary_description,
            )
            writer.append("add_summary", summary, step, wall_time)
        elif double_precision:
            writer.append("add_scalar_double", tag, scalar_value, step, wall_time)
        elif new_style:
            writer.append("add_scalar_tensor", tag, scalar_value, step, wall_time)
        else:
            writer.add_scalar(tag, scalar_value, step, wall_time)

    def add_scalars(
        self,
        main_tag: str,
        tag_scalar_dict: "Mapping[str, Any]",
        global_step: "Any" = None,
        walltime: float | None = None,
    ) -> None:
        """Logs several numbers to be drawn together: each in a run of its own below this one, under the same tag.

        Args:
            main_tag: Name of the series.
            tag_scalar_dict: Suffix of the run's name -> number, as `add_scalar` takes it.
            global_step: As in `add_scalar`.
            walltime: As in `add_scalar`.

        Raises:
            TypeError: As in `add_scalar`; nothing is logged then.
            ValueError: As in `add_scalar`; nothing is logged then.

        Example:
            >>> from kymo import SummaryWriter
            >>> writer = SummaryWriter("runs/mlp", write_to_disk=False)
            >>> writer.add_scalars("loss", {"train": 0.25, "val": 0.5}, 100)
            >>> sorted(writer.all_writers)
            ['runs/mlp', 'runs/mlp/loss_train', 'runs/mlp/loss_val']
        """
        check_tag(main_tag)
        step = to_step(main_tag, global_step)
        wall_time = time.time() if walltime is None else to_wall_time(main_tag, walltime)
        values = []
        for tag, value in tag_scalar_dict.items():
            check_tag(tag)
            values.append((main_tag.replace("/", "_") + "_" + tag, to_float(f"{main_tag}/{tag}", value)))
        for name, value in values:
            self._sub_writer(name).add_scalar(main_tag, value, step, wall_time)

    def add_text(self, tag: str, text_string: str, global_step: "Any" = None, walltime: float | None = None) -> None:
        """Logs a text, which is shown as Markdown.

        Args:
            tag: Name of the series.
            text_string: The text.
            global_step: As in `add_scalar`.
            walltime: As in `add_scalar`.

        Raises:
            TypeError: `tag` or `text_string` is no string, or the step no number.
            ValueError: As in `add_scalar`.

        Example:
            >>> from kymo import SummaryWriter
            >>> SummaryWriter("runs/mlp", write_to_disk=False).add_text("config", "**lr** = 0.001")
        """
        from kymo.writer.text import text_summary

        summary = text_summary(tag, text_string)
        self._get_file_writer().add_summary(summary, to_step(tag, global_step), walltime)

    def flush(self, sync: bool = False) -> bool:
        """Waits until everything logged so far is in the files: every reader sees it, and the process may die.

        Args:
            sync: Wait until it is on the disk, too: the machine may die.

        Returns:
            False if a file cannot be written at present; what was logged is kept, and tried again.

        Example:
            >>> from kymo import SummaryWriter
            >>> writer = SummaryWriter("runs/mlp", write_to_disk=False)
            >>> writer.add_scalar("train/loss", 0.25, 100)
            >>> writer.flush()
            True
        """
        writers = [*self._closing, *self._writers()]
        files = [writer.events for writer in writers]
        flushed = flush_together(files, sync)
        for writer, events in zip(writers, files, strict=True):
            writer.attend(events)
        return flushed

    def close(self) -> bool:
        """Flushes to the disk and closes the files. Logging again opens others.

        Returns:
            False if something could not be written and is lost.

        Example:
            >>> from kymo import SummaryWriter
            >>> writer = SummaryWriter("runs/mlp", write_to_disk=False)
            >>> writer.close()
            True
        """
        with self._opening.here():
            # Those that another thread is closing are waited for, too.
            writers = self._closing = [*self._closing, *self._writers()]
            self.file_writer = self.all_writers = None
        files = [writer.events for writer in writers]
        closed = close_together(files)
        for writer, events in zip(writers, files, strict=True):
            writer.attend(events)
        with self._opening.here():
            self._closing = [writer for writer in self._closing if writer not in writers]
        return closed

    def __enter__(self) -> "Self":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: "TracebackType | None"
    ) -> None:
        self.close()

    def _writers(self) -> list[FileWriter]:
        return list((self.all_writers or {}).values())

    def _get_file_writer(self) -> FileWriter:
        """The run's own file, opened if there is none. Third parties call this on torch's class, too."""
        writer = self.file_writer
        if writer is not None:
            return writer
        with self._opening.here():
            return self._opened()

    # A signal handler may close this writer between any two lines here: then what was opened is still written to.
    def _opened(self) -> FileWriter:
        writer = self.file_writer
        if writer is None:
            writer = self._new_file_writer(str(self.log_dir), self._directory)
            if self.purge_step is not None:
                writer.append("add_session_start", self.purge_step, time.time())
                self.purge_step = None
            self.all_writers = {writer.get_logdir(): writer}
            self.file_writer = writer
        return writer

    def _sub_writer(self, name: str) -> FileWriter:
        with self._opening.here():
            key = self._opened().get_logdir() + "/" + name
            writers = self.all_writers or {}
            writer = writers.get(key)
            if writer is None:
                writer = self._new_file_writer(key, event_directory(f"{self._directory}/{name}"))
                writers[key] = writer
            return writer

    def _new_file_writer(self, log_dir: str, directory: str) -> FileWriter:
        return FileWriter(
            log_dir,
            self.max_queue,
            self.flush_secs,
            self.filename_suffix,
            write_to_disk=self._write_to_disk,
            directory=directory,
            open_files=self._open_files,
        )
