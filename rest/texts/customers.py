"""Customers in words."""

from rest.texts.text import Text

OPERATIONS = {
    "exportCustomer": Text(
        "Export Customer Data",
        "All that is held on a customer as one JSON file: profile, orders, refunds, events, standing scores, segments and "
        "changes of them, and stored answers that tell of the customer. Needs the scope admin; the log of changes tells "
        "that it was asked for. Money is decimal text.",
        "Todo lo que se guarda sobre un cliente en un solo archivo JSON: perfil, pedidos, reembolsos, eventos, puntajes "
        "vigentes, segmentos y sus cambios, y respuestas guardadas que mencionan al cliente. Requiere el alcance admin; el "
        "registro de cambios indica que se solicitó. Los importes son texto decimal.",
    ),
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
