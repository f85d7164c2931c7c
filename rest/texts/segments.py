"""Segments in words."""

from rest.texts.text import Text

OPERATIONS = {
    "listSegments": Text(
        "List Segments",
        "All segments of a tenant, by number. `criteria` is told as it was stored.",
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
    "exportSegment": Text(
        "Export Segment",
        "All members of a segment with their standing scores as one file, by number: `csv`, `ndjson` or `parquet`. It "
        "is of one instant, however long it takes, and sent while it is read. Money is decimal text in `currency` "
        "(decimal128 in Parquet), instants are UTC. In CSV a text that a spreadsheet could take for a formula, and one "
        "that begins with an apostrophe, has an apostrophe before it. A file that is cut short was broken off: the "
        "transfer ends without its last chunk. What goes wrong before the first byte is answered as everywhere. With `channel` "
        "those alone who have agreed to it; `X-Left-Out-Count` tells how many have not.",
        "Todos los miembros de un segmento con sus puntajes vigentes en un solo archivo, por número: `csv`, `ndjson` o "
        "`parquet`. Corresponde a un único instante, por mucho que tarde, y se envía mientras se lee. Los importes son "
        "texto decimal en `currency` (decimal128 en Parquet) y los instantes están en UTC. En CSV, todo texto que una "
        "planilla podría tomar por una fórmula, o que empieza con apóstrofo, lleva un apóstrofo delante. Un archivo "
        "incompleto fue interrumpido: la transferencia termina sin su último fragmento. Lo que falla antes del primer "
        "byte se responde como en el resto de la API. Con `channel`, solo quienes dieron su consentimiento para ese canal; "
        "`X-Left-Out-Count` indica cuántos no lo dieron.",
    ),
}
