"""Words: currencies, kinds, statuses and consents, each from a known list."""

from collections.abc import Callable, Mapping

import pyarrow as pa

from connectors.files.batch import Column, pc
from connectors.files.cells import Cells, mask, texts, without
from connectors.files.mapping import plain
from kit.money import MINOR_DIGITS

_KINDS = {
    "order": "order sale purchase invoice pedido venta compra factura orden",
    "credit": "credit refund return creditnote creditmemo reversal chargeback devolucion reembolso "
    "credito notadecredito notacredito abono",
}
_STATUSES = {
    "paid": "paid complete completed invoiced shipped delivered fulfilled processing processed success "
    "succeeded captured approved confirmed handling readyforhandling partiallyrefunded pagado pagada "
    "completado completada facturado facturada enviado enviada entregado entregada aprobado aprobada "
    "confirmado confirmada finalizado finalizada",
    "pending": "pending unpaid open new created onhold awaitingpayment paymentpending pendingpayment "
    "authorized partiallypaid pendiente pendientedepago porpagar impago enespera autorizado",
    "cancelled": "cancelled canceled cancellation void voided failed declined rejected expired abandoned "
    "refunded cancelado cancelada anulado anulada rechazado rechazada fallido fallida vencido vencida "
    "reembolsado reembolsada devuelto devuelta",
}
_CONSENTS = {
    "true": "true t yes y 1 granted agreed accepted optin optedin subscribed si s verdadero acepta aceptado "
    "suscrito suscripto",
    "false": "false f no n 0 refused declined denied rejected revoked withdrawn optout optedout unsubscribed "
    "falso rechaza rechazado desuscrito revocado",
}


def _turned(words: Mapping[str, str]) -> dict[str, str]:
    return {word: meaning for meaning, several in words.items() for word in several.split()}


_KIND_OF = _turned(_KINDS)
_STATUS_OF = _turned(_STATUSES)
_CONSENT_OF = _turned(_CONSENTS)


def currencies(column: Column) -> Cells:
    """ISO 4217 codes in capitals."""
    return _looked_up(column, _currency, "not a currency code of ISO 4217, like EUR or ARS")


def kinds(column: Column) -> Cells:
    """`order` or `credit`."""
    return _looked_up(
        column, lambda text: _KIND_OF.get(plain(text)), "not a kind this knows; write order or credit"
    )


def statuses(column: Column) -> Cells:
    """`paid`, `pending` or `cancelled`."""
    return _looked_up(
        column,
        lambda text: _STATUS_OF.get(plain(text)),
        "not a status this knows; write paid, pending or cancelled",
    )


def consents(column: Column) -> Cells:
    """`true` or `false`: agreed, or refused."""
    return _looked_up(
        column, lambda text: _CONSENT_OF.get(plain(text)), "neither agreed nor refused; write yes or no"
    )


def _looked_up(column: Column, meaning: Callable[[str], str | None], reason: str) -> Cells:
    values = texts(column)
    coded = values.dictionary_encode()
    meanings = pa.array([meaning(text) for text in coded.dictionary.to_pylist()], pa.string())
    found = meanings.take(coded.indices)
    bad = mask(pc.is_valid(values)) & ~mask(pc.is_valid(found))
    return Cells(without(found, bad), bad, lambda text: reason)


def _currency(text: str) -> str | None:
    code = text.upper()
    return code if code in MINOR_DIGITS else None
