"""Making data loaders that are as a given one, but for how their batches are made."""

from __future__ import annotations

from typing import Any

from kymo.train.tuning.setting import Setting


def like(loader: Any, setting: Setting) -> Any:
    """A DataLoader over the same samples, in batches that are put together alike.

    Args:
        loader: The DataLoader; its samplers are used by the one that is made, too.
        setting: How that makes its batches.
    """
    from torch.utils.data import BatchSampler, DataLoader, IterableDataset

    found: dict[str, Any] = {
        "dataset": loader.dataset,
        "collate_fn": loader.collate_fn,
        "worker_init_fn": loader.worker_init_fn,
        "generator": loader.generator,
    }
    if loader.batch_sampler is None:
        found["batch_size"] = None
        if not isinstance(loader.dataset, IterableDataset):
            found["sampler"] = loader.sampler
    elif isinstance(loader.dataset, IterableDataset):
        found |= {"batch_size": loader.batch_size, "drop_last": loader.drop_last}
    elif type(loader.batch_sampler) is BatchSampler:
        batches = loader.batch_sampler
        found |= {"sampler": batches.sampler, "batch_size": batches.batch_size, "drop_last": batches.drop_last}
    else:
        found["batch_sampler"] = loader.batch_sampler
    if hasattr(loader, "in_order"):  # from torch 2.6 on
        found["in_order"] = loader.in_order
    if setting.num_workers:
        found |= {"timeout": loader.timeout, "multiprocessing_context": loader.multiprocessing_context}
    return DataLoader(**found, **setting.arguments())
