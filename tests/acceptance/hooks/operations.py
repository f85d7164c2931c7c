"""What the tests of VTEX's hook ask for."""

from datetime import UTC, datetime

from connectors.vtex import Patience
from kit import ids
from tests.connectors.vtex.fake import KEY, TOKEN

TENANT = ids.encode("Tenant", 56)
BASE = "https://cdp.example.com"
HOOK = "hook { url isSet error heardAt createdAt }"
ADD = (
    "mutation ($input: IntegrationCreateInput!) { integrationCreate(input: $input) "
    "{ integration { id databaseId } userErrors { code message } } }"
)
ASK = (
    "mutation ($input: IntegrationHookCreateInput!) { integrationHookCreate(input: $input) "
    f"{{ integration {{ {HOOK} }} secret userErrors {{ code field message }} }} }}"
)
GIVE_UP = (
    "mutation ($input: IntegrationHookDeleteInput!) { integrationHookDelete(input: $input) "
    f"{{ integration {{ {HOOK} }} userErrors {{ code field message }} }} }}"
)
STANDING = f"query ($id: ID!) {{ node(id: $id) {{ ... on Integration {{ {HOOK} }} }} }}"
NEW = {"tenantId": TENANT, "type": "VTEX", "accountName": "chelseaio", "appKey": KEY, "appToken": TOKEN}
PATIENCE = Patience(connect=5.0, read=5.0, attempts=3, first_pause=0.001, longest_pause=0.01, limited=0.001)


def cancel(shop, order):
    shop.details[order] |= {"status": "canceled", "lastChange": datetime.now(UTC).isoformat()}
