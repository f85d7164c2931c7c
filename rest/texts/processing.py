"""Processing in words."""

from rest.texts.text import Text

OPERATIONS = {
    "processTenant": Text(
        "Process Tenant Data",
        "Runs the CDP analyses (RFM, CLV, churn) for a tenant and answers when they are done. `results` has an "
        "entry for each analysis that was asked for; an empty body asks for all three. With `force: false`, "
        "results that are fresh are returned as they are, with the message `CDP results are up to date`.\n\n"
        "As of when is kept: scores that were asked for as of `latest`, or of a day, go on so until `as_of` says "
        "otherwise, and the message names the day.\n\n"
        "With the header `Prefer: respond-async`, or when the run takes long, the answer is 202 with the run's "
        "number; the path that `Location` names tells how it goes.",
        "Procesa análisis CDP (RFM, CLV, Churn) para un tenant específico y responde cuando terminan. `results` "
        "tiene una entrada por cada análisis pedido; un cuerpo vacío pide los tres. Con `force: false`, los "
        "resultados vigentes se devuelven tal cual, con el mensaje `CDP results are up to date`.\n\n"
        "La fecha de referencia se conserva: los resultados pedidos a `latest`, o a un día, siguen así hasta que "
        "`as_of` diga otra cosa, y el mensaje nombra el día.\n\n"
        "Con el encabezado `Prefer: respond-async`, o cuando el proceso tarda, la respuesta es 202 con el número "
        "de la ejecución; la ruta que indica `Location` informa su avance.",
    ),
    "getProcessingStatus": Text(
        "Get Processing Status",
        "How the processing of a tenant stands: `processed`, `processing`, `failed` or `never_processed`. Beside "
        "the state of the scores it has the `progress` (0 to 1), the number and the error of the last run.",
        "Obtiene el estado del procesamiento CDP para un tenant: `processed`, `processing`, `failed` o "
        "`never_processed`. Además del estado de los resultados informa el avance (`progress`, de 0 a 1), el "
        "número y el error de la última ejecución.",
    ),
}
