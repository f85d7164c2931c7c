"""What the tests of subscriptions share."""

from kit import ids
from resolvers.processing.process import process
from resolvers.processing.request import Request

TENANT = ids.encode("Tenant", 56)
PROGRESS = (
    "subscription ($tenant: ID!) { processingProgress(tenantId: $tenant) "
    "{ percent step status run { databaseId } } }"
)
MOVES = (
    "subscription ($tenant: ID!, $after: String, $segments: [RfmSegment!]) "
    "{ segmentChanges(tenantId: $tenant, after: $after, segments: $segments, kinds: [RFM_SEGMENT]) "
    "{ cursor changes "
    "{ cursor fromSegment toSegment changedAt customer { databaseId } run { databaseId } } } }"
)
EVENTS = (
    "subscription ($tenant: ID!, $types: [String!], $customer: ID) "
    "{ events(tenantId: $tenant, types: $types, customerId: $customer) "
    "{ omitted events { messageId type customer { externalId } } } }"
)


def run(urls, tenant=56):
    return process(urls.app, tenant, Request.of(None, "latest", force=True)).run_id
