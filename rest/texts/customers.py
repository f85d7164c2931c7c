"""Customers in words."""

from rest.texts.text import Text

OPERATIONS = {
    "getCustomerProfile": Text(
        "Get Customer Profile",
        "A customer and what the last runs found about them. An analysis without a score for the customer is "
        "null.",
        "Obtiene el perfil completo 360° de un cliente. Un análisis sin resultado para el cliente es null.",
    ),
    "getCustomerTimeline": Text(
        "Get Customer Timeline",
        "What a customer did: orders and events in one list, newest first. `next_cursor` is the `before` of the "
        "next page, and null on the last one.",
        "Obtiene el historial de actividades de un cliente: pedidos y eventos en una lista, los más recientes "
        "primero. `next_cursor` es el `before` de la página siguiente, y null en la última.",
    ),
}
