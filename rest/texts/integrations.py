"""Integrations in words."""

from rest.texts.text import Text

OPERATIONS = {
    "listIntegrations": Text(
        "List Integrations",
        "All integrations of a tenant, by number. Credentials are never told; `app_key_hint` has the last four "
        "characters of the key. The number in the path is the tenant's.",
        "Lista todas las integraciones configuradas para un tenant, por número. Las credenciales nunca se "
        "devuelven; `app_key_hint` tiene los últimos cuatro caracteres de la clave. El número de la ruta "
        "es el ID del tenant.",
    ),
    "createIntegration": Text(
        "Create Integration",
        "Keeps an account of another system for a tenant. Its credentials are encrypted and never told again. A "
        "second integration of the same type and account is a conflict (409).",
        "Crea una nueva integración para un tenant. Sus credenciales se guardan cifradas y no se vuelven a "
        "mostrar. Una segunda integración del mismo tipo y cuenta es un conflicto (409).",
    ),
    "updateIntegration": Text(
        "Update Integration",
        "Changes what the body names; the rest stays. The number in the path is the integration's.",
        "Actualiza una integración existente: cambia lo que el cuerpo nombra y conserva el resto. El número de la "
        "ruta es el ID de la integración.",
    ),
    "deleteIntegration": Text(
        "Delete Integration",
        "Removes an integration and its credentials; what it brought stays. The number in the path is the "
        "integration's.",
        "Elimina una integración y sus credenciales; los datos que trajo se conservan. El número de la ruta "
        "es el ID de la integración.",
    ),
    "validateVtexCredentials": Text(
        "Validate VTEX Credentials",
        "Asks VTEX whether the credentials get in, before they are kept. Nothing of them, and nothing that VTEX "
        "answers, is stored or logged. Credentials that are wrong, or lack what an integration needs, are "
        "answered with 400 and the permission that is missing. A key that lacks only the permission to read the "
        "account is valid: the message names the permission, and `is_active` is null.",
        "Valida credenciales VTEX antes de guardarlas, preguntando a VTEX. No se guarda ni se registra nada de "
        "ellas ni de lo que VTEX responde. Las credenciales incorrectas, o sin lo que una integración necesita, "
        "se responden con 400 y el permiso que falta. Una clave a la que sólo le falta el permiso de leer la "
        "cuenta es válida: el mensaje nombra el permiso e `is_active` es null.",
    ),
}
