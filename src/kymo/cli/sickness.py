"""Why a network of the demo cannot learn."""

from typing import Literal, get_args

Sickness = Literal["vanishing", "dead", "diverging"]
SICKNESSES: tuple[Sickness, ...] = get_args(Sickness)
