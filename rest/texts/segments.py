"""Segments in words."""

from rest.texts.text import Text

OPERATIONS = {
    "listSegments": Text(
        "List Segments",
        "All segments that a tenant has made, by number. `criteria` is told as it was stored.",
        "Lista todos los segmentos disponibles de un tenant, por número. `criteria` se devuelve tal como se "
        "guardó.",
    ),
    "getSegmentMembers": Text(
        "Get Segment Members",
        "The customers in a segment, a page at a time, by number. Pages are told by `limit` and `offset`, or, "
        "for deep pages, by the `next_cursor` of the page before.",
        "Obtiene los miembros de un segmento, por páginas y por número de cliente. Las páginas se piden con "
        "`limit` y `offset` o, para páginas profundas, con el `next_cursor` de la página anterior.",
    ),
}
