"""Events in words."""

from rest.texts.text import Text

OPERATIONS = {
    "trackEvents": Text(
        "Track Events",
        "Saves up to 1,000 events, or as lines of JSON (`application/x-ndjson`, the tenant in the address) any "
        "number of them, and answers for each whether it was `inserted`, is a `duplicate` or was `rejected`, and "
        "why. A rejected event comes back as it was sent, and its result can be sent again as it is.",
        "Registra hasta 1.000 eventos, o cualquier cantidad como líneas de JSON (`application/x-ndjson`, con el "
        "tenant en la dirección), e informa de cada uno si fue insertado (`inserted`), si ya estaba (`duplicate`) "
        "o si fue rechazado (`rejected`) y por qué. Un evento rechazado vuelve tal como se envió y su resultado "
        "puede enviarse otra vez.",
    ),
    "trackEvent": Text(
        "Track Event",
        "Saves something that a customer did, and answers once it is saved. Types are `page_view`, "
        "`add_to_cart`, `remove_from_cart`, `purchase`, `email_opened`, `email_clicked`, `campaign_converted` "
        "and those that the tenant registered. The same event sent again is told as a `duplicate`.",
        "Registra un evento de cliente para análisis y responde cuando quedó guardado. Tipos: `page_view` (vista "
        "de página), `add_to_cart` (producto agregado al carrito), `remove_from_cart` (producto removido del "
        "carrito), `purchase` (compra completada), `email_opened` (email abierto), `email_clicked` (click en "
        "email), `campaign_converted` (conversión de campaña) y los que el tenant registró. El mismo evento "
        "enviado otra vez se informa como `duplicate`.",
    ),
}
