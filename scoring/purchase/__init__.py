"""Purchase models: how many orders a customer will still place, and whether there will be another at all."""

from scoring.purchase.fit import (
    DEGENERATE,
    DROPOUT_NOT_IDENTIFIED,
    ILL_CONDITIONED,
    MODELS,
    NO_DATA,
    NO_GAIN_OVER_NBD,
    PARAMETER_AT_BOUND,
    PRIOR_USED,
    PurchaseFit,
    fit,
    of,
)
from scoring.transactions import Customers, summarise

__all__ = [
    "DEGENERATE",
    "DROPOUT_NOT_IDENTIFIED",
    "ILL_CONDITIONED",
    "MODELS",
    "NO_DATA",
    "NO_GAIN_OVER_NBD",
    "PARAMETER_AT_BOUND",
    "PRIOR_USED",
    "Customers",
    "PurchaseFit",
    "fit",
    "of",
    "summarise",
]
