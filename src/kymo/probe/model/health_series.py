"""What the series of a network's health are called, and what they say, with their units."""

from __future__ import annotations

_OF_PARAMETERS = {
    "weight_norm": "The norm of the parameter.",
    "weight_mean": "The mean of the parameter.",
    "weight_std": "The standard deviation of the parameter.",
    "weight_zeros": "How much of the parameter is 0, in percent.",
    "weight_nonfinite": "How much of the parameter is NaN or infinite, in percent.",
    "grad_norm": "The norm of the gradient, without the scale of its loss.",
    "grad_mean": "The mean of the gradient.",
    "grad_std": "The standard deviation of the gradient.",
    "grad_zeros": "How much of the gradient is 0, in percent.",
    "grad_nonfinite": "How much of the gradient is NaN or infinite, in percent.",
    "grad_fp16_underflow": "How much of the gradient is too small for half precision, in percent.",
    "grad_fp16_overflow": "How much of the gradient is too large for half precision, in percent.",
    "update_norm": "The norm of what the optimizer has changed in the parameter.",
    "update_ratio": "The norm of what the optimizer has changed, divided by the norm of the parameter; 0.001 is usual.",
}
_OF_MODULES = {
    "activation_norm": "The norm of what the layer gives.",
    "activation_mean": "The mean of what the layer gives.",
    "activation_std": "The standard deviation of what the layer gives.",
    "activation_zeros": "How much of what the layer gives is 0, in percent.",
    "activation_nonfinite": "How much of what the layer gives is NaN or infinite, in percent.",
    "activation_fp16_overflow": "How much of what the layer gives is too large for half precision, in percent.",
    "activation_variance_ratio": "The variance of what the layer gives, divided by that of what it is given.",
    "dead_units": "How many units of the layer let nothing pass in any of the last samples, in percent.",
    "saturated_units": "How many units of the layer were at an end of their range with nearly all values of the last "
    "samples, in percent.",
}
_TOTALS = {
    "grad_norm": "The norm of all gradients together.",
    "update_ratio": "The norm of all that the optimizer has changed, divided by the norm of all parameters.",
    "cost": "The part of the training's time that watching the network took so far, in percent.",
}
_HISTOGRAMS = {
    "weights": "The parameter's values.",
    "gradients": "The gradient's values, without the scale of its loss.",
    "updates": "What the optimizer has changed.",
    "activations": "What the layer gives.",
}


def health_tag(name: str, what: str = "") -> str:
    """The series of a number about a parameter or a module, or about the whole network.

    Example:
        >>> health_tag("features.0.weight", "grad_norm"), health_tag("cost")
        ('health/features.0.weight/grad_norm', 'health/cost')
    """
    return f"health/{name}/{what}" if what else f"health/{name}"


def health_description(tag: str) -> str:
    """What a series says, with its unit; "" for one that is not of a network's health.

    Example:
        >>> health_description("health/features.0.weight/grad_norm")
        'The norm of the gradient, without the scale of its loss.'
        >>> health_description("health/grad_norm")
        'The norm of all gradients together.'
    """
    group, _, rest = tag.partition("/")
    if group in _HISTOGRAMS:
        return _HISTOGRAMS[group]
    if group != "health":
        return ""
    name, slash, what = rest.rpartition("/")
    if not slash:
        return _TOTALS.get(rest, "")
    return _OF_PARAMETERS.get(what) or _OF_MODULES.get(what, "") if name else ""
