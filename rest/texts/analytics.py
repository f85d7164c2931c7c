"""Analytics in words."""

from rest.texts.text import Text

_SEGMENTS = """
| segment | English | Español |
|---|---|---|
| Champions | Bought lately, buy often and spend much | Compraron recientemente, compran con frecuencia, gastan mucho |
| Loyal Customers | Buy often and spend much | Gastan mucho dinero, responden a promociones |
| Potential Loyalists | Bought lately, more than once, and spend well | Clientes recientes, gastaron cantidad considerable, compraron más de una vez |
| Recent Customers | Bought lately, but not often | Compraron recientemente, pero no frecuentemente |
| Promising | Bought lately, but spend little | Compradores recientes, pero no han gastado mucho |
| Need Attention | Recency, frequency and value above the middle | Recencia, frecuencia y valores monetarios por encima del promedio |
| About to Sleep | Below the middle in recency, frequency and value | Por debajo del promedio en recencia, frecuencia y monetario |
| At Risk | Spent much and bought often, but a while ago | Gastaron mucho dinero y compraron con frecuencia, pero hace tiempo |
| Cannot Lose Them | Bought much and often, but long ago | Hicieron grandes compras y con frecuencia, pero hace mucho tiempo |
| Hibernating | Bought little, long ago | Última compra hace mucho tiempo, bajos gastos y número de pedidos |
| Lost | Lowest in recency, frequency and value | Menor recencia, frecuencia y puntuación monetaria |
"""

OPERATIONS = {
    "getRfmAnalytics": Text(
        "RFM Analysis",
        "Recency, frequency and monetary value of a tenant's customers: overall figures, how customers are "
        "distributed over the segments, and the first customers of each. `segment` narrows the lists and the "
        "distribution, never the overview; its case does not matter, nor does a missing plural (`Champion`). "
        "Before the first run all counts are 0 and `last_calculation` is null.",
        "Obtiene análisis RFM (Recency, Frequency, Monetary) para un tenant: cifras generales, la distribución "
        "de los clientes por segmento y los primeros clientes de cada uno. `segment` filtra las listas y la "
        "distribución, nunca el resumen; no distingue mayúsculas y acepta el singular (`Champion`). Antes de la "
        "primera ejecución los conteos son 0 y `last_calculation` es null.\n" + _SEGMENTS,
    ),
    "getClvAnalytics": Text(
        "Customer Lifetime Value (CLV)",
        "What customers are expected to spend: overall figures, how many there are in each tier, and the most "
        "valuable customers, highest first. `tier` narrows the list, never the overview.",
        "Obtiene análisis de valor de vida del cliente: cifras generales, cuántos clientes hay en cada nivel y "
        "los clientes de mayor valor, de mayor a menor. `tier` filtra la lista, nunca el resumen.",
    ),
    "getChurnAnalytics": Text(
        "Churn Analysis",
        "The risk of losing customers: overall figures, how many customers are at which risk, and the customers "
        "at risk, most valuable first. `risk_level` chooses the class that is listed (`at_risk` unless told); "
        "it never narrows the overview. `churn_rate` is the share of customers who are churning or churned.",
        "Analiza el riesgo de pérdida de clientes: cifras generales, cuántos clientes hay en cada nivel de "
        "riesgo y los clientes en riesgo, los más valiosos primero. `risk_level` elige la clase listada "
        "(`at_risk` si no se indica); nunca filtra el resumen. `churn_rate` es la proporción de clientes que "
        "están abandonando o abandonaron.",
    ),
}
