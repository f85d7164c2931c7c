"""An order in full and as a row of a list, as VTEX's published examples have them."""

from datetime import datetime, timedelta
from typing import Any

ROW = (
    "marketPlaceOrderId",
    "affiliateId",
    "lastMessageUnread",
    "ShippingEstimatedDate",
    "ShippingEstimatedDateMax",
    "ShippingEstimatedDateMin",
    "listId",
    "listType",
    "callCenterOperatorName",
)


def detail(
    number: str,
    *,
    at: datetime,
    status: str = "invoiced",
    value: int = 1160,
    profile: str | None = None,
    email: str | None = None,
    quantity: int = 1,
    currency: str = "BRL",
) -> dict[str, Any]:
    """The order as GET .../orders/{orderId} tells it; seven digits of a second, as VTEX writes them."""
    written = at.isoformat(timespec="microseconds").replace("+00:00", "7+00:00")
    invoiced = (at + timedelta(hours=20)).isoformat() if status == "invoiced" else None
    return {
        "orderId": number,
        "sequence": "502556",
        "marketplaceOrderId": "",
        "marketplaceServicesEndpoint": "http://oms.vtexinternal.com.br/api/oms?an=chelseaio",
        "sellerOrderId": f"00-{number}",
        "origin": "Marketplace",
        "affiliateId": "",
        "salesChannel": "1",
        "merchantName": None,
        "status": status,
        "statusDescription": status,
        "value": value,
        "creationDate": written,
        "lastChange": (at + timedelta(days=1)).isoformat(),
        "orderGroup": number.partition("-")[0],
        "invoicedDate": invoiced,
        "authorizedDate": None,
        "totals": [{"id": "Items", "name": "Total dos Itens", "value": value}],
        "items": [
            {"uniqueId": "A", "id": "18", "productId": "6", "quantity": quantity, "seller": "1", "price": 990}
        ],
        "clientProfileData": {
            "id": "clientProfileData",
            "email": email,
            "firstName": "Rodrigo",
            "lastName": "Smith",
            "documentType": "cpf",
            "document": "84513427019",
            "phone": "+5561992227222",
            "isCorporate": False,
            "userProfileId": profile,
        },
        "packageAttachment": {"packages": []},
        "storePreferencesData": {"countryCode": "BRA", "currencyCode": currency, "currencySymbol": "R$"},
    }


def row(order: dict[str, Any]) -> dict[str, Any]:
    """The order as a list has it: without its items."""
    profile = order["clientProfileData"]
    return {
        "orderId": order["orderId"],
        "creationDate": order["creationDate"],
        "clientName": f"{profile['firstName']} {profile['lastName']}",
        "items": None,
        "totalValue": order["value"],
        "paymentNames": "Visa",
        "status": order["status"],
        "statusDescription": order["statusDescription"],
        "sequence": order["sequence"],
        "salesChannel": order["salesChannel"],
        "origin": order["origin"],
        "workflowInErrorState": False,
        "workflowInRetry": False,
        "orderIsComplete": True,
        "authorizedDate": order["authorizedDate"],
        "totalItems": len(order["items"]),
        "currencyCode": (order["storePreferencesData"] or {}).get("currencyCode"),
        **dict.fromkeys(ROW),
    }
