"""What many operations share, in words: the whole document, tags, parameters, errors."""

ABOUT = """
**English**

Customer data and its analyses: RFM segments, lifetime value, churn, profiles, timelines, events and integrations. Every
answer has `success`; every error has `error` and `details`, which names what was wrong and what is accepted. Body fields
that are not known are ignored.

Where the server asks for credentials, send a token or an API key as `Authorization: Bearer`, or as `X-API-Key`. Scopes
are read, write and admin; what the credentials' tenants do not include is not found.

**Español**

Datos de clientes y sus análisis: segmentos RFM, valor de vida, churn, perfiles, historiales, eventos e integraciones.
Toda respuesta tiene `success`; todo error tiene `error` y `details`, que nombra lo incorrecto y lo aceptado. Los campos
desconocidos del cuerpo se ignoran.

Donde el servidor pide credenciales, envíe un token o una clave de API como `Authorization: Bearer`, o como `X-API-Key`.
Los permisos son read, write y admin; lo que está fuera de los tenants de las credenciales no se encuentra.
"""

TAGS = {
    "CDP Processing": ("Running the analyses.", "Ejecución de los análisis."),
    "Analytics": ("RFM, lifetime value and churn.", "RFM, valor de vida y churn."),
    "Tenant Integrations": ("Accounts in other systems.", "Cuentas en otros sistemas."),
    "Customers": ("Profiles and timelines.", "Perfiles e historiales."),
    "Events": ("What customers do.", "Lo que hacen los clientes."),
    "Segments": ("Segments of the shop's own making.", "Segmentos propios de la tienda."),
}
"""Tags in the order of the reference."""

PARAMETERS = {
    "tenantId": "ID del tenant",
    "tenant_id": "ID del tenant",
    "customerId": "ID del cliente",
    "segmentId": "ID del segmento",
    "tenantOrIntegrationId": "ID del tenant (GET) o de la integración (PUT, DELETE)",
    "segment": "Filtrar por segmento específico",
    "tier": "Filtrar por tier (high, medium, low)",
    "risk_level": "active, at_risk, churning, churned",
    "type": "dynamic, static",
    "format": "Tipo de archivo: csv, ndjson (un objeto JSON por línea) o parquet",
    "channel": "Solo miembros con consentimiento para este canal: email, sms, push, whatsapp, phone, post",
    "limit": "Número de resultados",
    "offset": "Offset para paginación",
    "cursor": "`next_cursor` de la página anterior, en lugar de un offset",
    "after": "Sólo lo más reciente: `previous_cursor` de una página",
    "since": "Sólo lo ocurrido en este instante, con zona, o después",
    "types": "Separados por comas: order, refund, event, segment_change y tipos de eventos; por defecto order,event",
    "before": "Sólo lo anterior: `next_cursor` de la página previa, o un instante con zona",
    "Prefer": "`respond-async` responde 202 de inmediato",
    "Idempotency-Key": "De 1 a 255 caracteres elegidos por quien llama: el mismo cuerpo enviado otra vez con la misma "
    "clave se guarda una sola vez",
    "If-None-Match": "`ETag` de una respuesta anterior: si nada cambió, la respuesta es 304 sin cuerpo",
}
"""Parameters in Spanish; the code says them in English."""
