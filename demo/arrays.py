"""Array types, and the seeded random streams everything is drawn from."""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def stream(seed: int, part: str) -> np.random.Generator:
    """The random stream of one part of the shop: a change in one part leaves the others as they were."""
    return np.random.Generator(np.random.PCG64([seed, *part.encode()]))


def whole(values: Floats) -> Ints:
    """Floats rounded half up to integers."""
    return np.floor(values + 0.5).astype(np.int64)
