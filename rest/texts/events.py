"""Events in words."""

from rest.texts.text import Text

OPERATIONS = {
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
