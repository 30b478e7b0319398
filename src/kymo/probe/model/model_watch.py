"""`ModelWatch`: what goes on inside a network while it is trained."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from kymo.probe.hook import Hook, has_compiled_parts, is_compiled, is_under_compiled
from kymo.probe.model.cadence import Cadence, budget_share
from kymo.probe.model.chosen import Patterns, bare, function_names, named_callers, named_layers, named_leaves
from kymo.probe.model.counted import Counter
from kymo.probe.model.log_edges import log_edges
from kymo.probe.model.module_look import ModuleLook
from kymo.probe.model.network_layers import network_layers, network_summary
from kymo.probe.model.parameter_look import ParameterLook, first_evaluation
from kymo.probe.model.sample import Sample, Wanted
from kymo.probe.model.sample_log import SampleLog
from kymo.probe.wrapped_step import wrap_step

if TYPE_CHECKING:
    from torch import nn
    from torch.optim import Optimizer

    from kymo.writer.summary_writer import SummaryWriter

_logger = logging.getLogger("kymo")
# Steps after which a sample is written without the gradients that it waits for: nobody accumulates so many.
_PATIENCE = 256


class _Look(NamedTuple):
    """A step that is looked at."""

    sample: Sample
    parameters: ParameterLook
    modules: ModuleLook


class ModelWatch:
    """Logs histograms of a network's weights, gradients, updates and activations, and numbers about them.

    It looks at some steps only, chosen so that looking takes a small share of the training's time; in all other steps
    the model has no hook. What is on a GPU is counted there and read later, and nothing waits for it. Results, random
    numbers and gradients are the same with it and without. Where looking fails, it ends with a warning, and the
    training goes on.

    The histograms are `weights/…`, `gradients/…`, `updates/…` by parameter and `activations/…` by module; the numbers
    are `health/…`, each with its meaning in its description. Gradients are those that the optimizer takes: added up
    over the batches of a step, and without the scale of a GradScaler.

    Args:
        writer: Where to; or what gives it, once there is something to write.
        model: The network.
        optimizer: Its optimizer, or several; without one, gradients are those that are there when a step ends.
        weights: Whether weights are looked at.
        gradients: Whether gradients are.
        activations: Whether what each module gives is, and whether its units are dead or saturated.
        updates: Whether what the optimizer changes is; the parameters are copied for it in the steps that are chosen.
        every: One step at most of so many is looked at; by default, only the budget says how many.
        budget: The share of the training's time that looking may take: "1%", or 0.01; 1 looks at every step.
        include: Patterns of the names of parameters and modules, as those of a shell; all without one.
        exclude: Patterns of names that are left out.

    Raises:
        TypeError: The model is no module.
        ValueError: `budget` is no share, `every` is less than 1, or a pattern matches nothing.

    Example:
        >>> import tempfile, torch, kymo
        >>> model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1))
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        >>> with tempfile.TemporaryDirectory() as directory:
        ...     with kymo.SummaryWriter(directory) as writer:
        ...         watch = kymo.ModelWatch(writer, model, optimizer, budget=1)
        ...         for step in range(5):
        ...             watch.begin_step(step)
        ...             model(torch.ones(2, 4)).sum().backward()
        ...             optimizer.step()
        ...             watch.end_step()
        ...         watch.close()
        ...     run = kymo.open(directory)["."]
        ...     run.histograms("gradients/0.weight").steps.tolist(), run["health/grad_norm"].steps.tolist()
        ([3, 4], [3, 4])
    """

    def __init__(
        self,
        writer: SummaryWriter | Callable[[], SummaryWriter],
        model: nn.Module,
        optimizer: Optimizer | Sequence[Optimizer] | None = None,
        *,
        weights: bool = True,
        gradients: bool = True,
        activations: bool = True,
        updates: bool = True,
        every: int | None = None,
        budget: str | float = "1%",
        include: str | Sequence[str] | None = None,
        exclude: str | Sequence[str] | None = None,
    ) -> None:
        if not hasattr(model, "named_parameters"):
            raise TypeError(f"model={type(model).__name__} is no torch module: pass the network that is trained.")
        if every is not None and (not isinstance(every, int) or every < 1):
            raise ValueError(f"every={every!r} is no number of steps: pass 1 or more.")
        self._writer: Callable[[], SummaryWriter] = writer if callable(writer) else lambda: writer
        self._model, self._network = model, bare(model)
        self._optimizers = (
            [] if optimizer is None else list(optimizer) if isinstance(optimizer, Sequence) else [optimizer]
        )
        self._wanted = Wanted(weights, gradients, updates and bool(self._optimizers), activations)
        patterns = Patterns(include, exclude)
        parameters, leaves = dict(self._network.named_parameters()), named_leaves(self._network)
        self._patterns = patterns
        patterns.check([*parameters, *leaves, *(function_names(self._network) if activations else ())])
        self._parameters = {name: each for name, each in parameters.items() if patterns.take(name)}
        self._leaves = {name: each for name, each in leaves.items() if patterns.take(name)} if activations else {}
        self._cadence = Cadence(budget_share(budget), every or 1)
        self._counter = Counter(log_edges())
        self._log = SampleLog(self._writer, self._counter.edges)
        self._look: _Look | None = None
        self._complete: list[tuple[int, Sample]] = []  # and what their counts were sent under
        self._removals: list[Callable[[], None]] = []  # of what is around optimizers
        self._hooks: list[Callable[[], None]] = []  # of modules
        self._waited = 0  # steps that a look has waited for its optimizer
        self._sees_steps = bool(self._optimizers)  # not where a compiled function makes them
        self._told_layers = self._told_unseen = self._told_functions = False
        self._is_on = any(self._wanted)

    def begin_step(self, step: int) -> None:
        """A step begins: before the model is called.

        Args:
            step: The global step, which what is seen in it is logged at.
        """
        if self._is_on and self._look is None and self._cadence.is_due(is_known=not self._complete):
            self._safely(self._begin, step)

    @property
    def is_looking(self) -> bool:
        """Whether the present step is looked at, and so takes longer than others."""
        return self._look is not None

    def end_step(self) -> None:
        """The step has ended."""
        if self._look is not None or self._complete:
            self._safely(self._end)

    def close(self) -> None:
        """Writes what is still on its way; waits for it."""
        self._safely(self._finish)
        self._is_on = False

    def _safely(self, act: Callable[..., None], *given: Any) -> None:
        began = time.perf_counter_ns()
        try:
            with self._counter.timed():
                act(*given)
        except Exception as error:  # whatever a model is made of, it is trained
            self._give_up(error)
        self._cadence.spend(time.perf_counter_ns() - began)

    def _give_up(self, error: Exception) -> None:
        self._is_on = False
        self._look = None
        self._complete.clear()
        self._unhook()
        _logger.warning(
            "The network is no longer watched, and the training goes on: %s: %s", type(error).__name__, error
        )

    def _begin(self, step: int) -> None:
        sample = Sample(step, self._counter)
        parameters = ParameterLook(sample, self._wanted, self._parameters)
        for parameter in self._parameters.values():
            self._counter.use(parameter.device)
        self._look = look = _Look(sample, parameters, ModuleLook(sample, self._network))
        self._waited = 0
        if self._sees_steps:
            for optimizer in self._optimizers:
                around = functools.partial(self._around, look, optimizer)
                self._removals.append(wrap_step(optimizer, around))
        elif self._optimizers:
            parameters.keep()
        if has_compiled_parts(self._model):
            self._tell_unseen("The model is compiled")
            return
        try:
            self._hook(look)
        except RuntimeError:
            self._unhook_modules()
            self._tell_unseen("The model takes no hooks")

    def _hook(self, look: _Look) -> None:
        if not self._told_layers:
            for name, module in named_layers(self._network).items():
                enter = functools.partial(self._seen, look, look.modules.entered, name)
                leave = functools.partial(self._seen, look, look.modules.left, name)
                self._hooks.append(module.register_forward_pre_hook(Hook(lambda *_, enter=enter: enter())).remove)
                self._hooks.append(
                    module.register_forward_hook(Hook(lambda _, __, output, leave=leave: leave(output))).remove
                )
        for name, module in self._leaves.items():
            called = functools.partial(self._seen, look, look.modules.called, name)
            self._hooks.append(module.register_forward_hook(Hook(called)).remove)
        if self._wanted.activations:
            self._hook_functions(look)

    def _hook_functions(self, look: _Look) -> None:
        from kymo.probe.model.function_look import FunctionLook

        if is_compiled(self._model):  # a function that is compiled would be again, for a mode of torch is on
            if not self._told_functions:
                self._told_functions = True
                _logger.info("Something is compiled, so activation functions that are no modules are not seen.")
            return

        def see(name: str, *given: Any) -> None:
            if self._patterns.take(name):
                self._seen(look, look.modules.called_function, name, *given)

        modules = named_callers(self._network)
        functions = FunctionLook(modules, see)
        self._hooks.append(functions.close)
        for name, module in modules.items():
            enter = functools.partial(functions.enter, name)
            self._hooks.append(module.register_forward_pre_hook(Hook(lambda it, *_, enter=enter: enter(it))).remove)
            left = Hook(lambda it, *_: functions.leave(it))
            self._hooks.append(module.register_forward_hook(left, always_call=True).remove)

    def _seen(self, look: _Look, see: Callable[..., None], *given: Any) -> None:
        if self._look is look:
            self._safely(see, *given)

    def _around(self, look: _Look, optimizer: Optimizer, step: functools.partial[Any]) -> Any:
        after: list[Callable[[], None]] = []
        if is_under_compiled():
            self._sees_steps = False  # what is called here would be compiled with it
            return step()

        def before() -> None:
            self._seen(look, lambda: after.append(look.parameters.before_step(optimizer)))

        closure, *others = step.args or (step.keywords.get("closure"),)
        if closure is None:
            before()
            result = step()
        else:
            keywords = {name: each for name, each in step.keywords.items() if name != "closure"}
            result = step.func(first_evaluation(closure, before), *others, **keywords)
        for act in after:
            self._seen(look, act)
        return result

    def _end(self) -> None:
        if self._look is not None:
            self._waited += 1
            # Where gradients are accumulated, the optimizer is waited for, and the first batch is enough to look at.
            self._unhook_modules()
            if self._is_complete(self._look.parameters):
                self._send(self._look)
        if self._complete:
            self._write(self._counter.arrive())

    def _is_complete(self, parameters: ParameterLook) -> bool:
        """Whether an optimizer has made its step, if there is one, or is waited for in vain."""
        if parameters.has_stepped:
            return True
        if not self._optimizers or parameters.has_changed():
            self._sees_steps = False
            parameters.without_optimizer()
            return True
        return self._waited >= _PATIENCE

    def _send(self, look: _Look) -> None:
        self._unhook()
        self._look = None
        look.parameters.look_at_rest()
        self._complete.append((self._counter.send(), look.sample))
        if self._leaves and not look.modules.has_seen and is_compiled(self._model):
            self._tell_unseen("The model is compiled")
        self._tell_layers(look.sample)

    def _finish(self) -> None:
        self._unhook()
        self._look = None
        self._write(self._counter.arrive(wait=True))

    def _write(self, arrived: int) -> None:
        """Writes what has arrived."""
        self._cadence.spend_on_device(self._counter.take_device_time())
        while self._complete and self._complete[0][0] <= arrived:
            _, sample = self._complete.pop(0)
            self._log.write(sample, self._cadence.share)

    def _unhook_modules(self) -> None:
        hooks, self._hooks = self._hooks, []
        for remove in hooks:
            remove()

    def _unhook(self) -> None:
        self._unhook_modules()
        removals, self._removals = self._removals, []
        for remove in reversed(removals):
            remove()

    def _tell_layers(self, sample: Sample) -> None:
        if self._told_layers:
            return
        self._told_layers = True
        summary = network_summary(network_layers(self._network, sample.calls, sample.shapes, sample.functions))
        self._writer()._get_file_writer().append("add_summary", summary, sample.step, time.time())

    def _tell_unseen(self, why: str) -> None:
        if not self._told_unseen:
            self._told_unseen = True
            _logger.info("%s, so activations are not seen; weights, gradients and updates are.", why)
