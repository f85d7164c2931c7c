"""What changes something: one field an action, named by its noun first."""

import strawberry

from schema import integration, integration_hooks, tenant_mutations
from schema import segment_mutations as segments
from schema.backtest_request import BacktestRequestPayload, backtest_request
from schema.customer_merging import (
    CustomerMergePayload,
    CustomerUnmergePayload,
    customer_merge,
    customer_unmerge,
)
from schema.customer_privacy import (
    CustomerErasePayload,
    CustomerExportPayload,
    customer_erase,
    customer_export,
)
from schema.customers_upsert import CustomersUpsertPayload, customers_upsert
from schema.event_retention import EventRetentionPayload, event_retention_update
from schema.event_type import (
    EventTypeDeletePayload,
    EventTypePayload,
    event_type_delete,
    event_type_upsert,
)
from schema.events_track import EventsTrackPayload, EventTrackPayload, event_track, events_track
from schema.integration import IntegrationDeletePayload, IntegrationPayload
from schema.integration_hooks import IntegrationHookCreatePayload
from schema.integration_validate import IntegrationValidatePayload, integration_validate
from schema.orders_upsert import OrdersUpsertPayload, RefundsUpsertPayload, orders_upsert, refunds_upsert
from schema.segment_mutations import SegmentDeletePayload, SegmentMembersPayload, SegmentPayload
from schema.settings_update import ScoringSettingsUpdatePayload, scoring_settings_update
from schema.tenant_mutations import ProcessPayload, TenantPayload
from schema.tenants_upsert import TenantsUpsertPayload, tenants_upsert


@strawberry.type(description="What changes something. Each field is one action; it tells why it was refused.")
class Mutation:
    tenant_create: TenantPayload = strawberry.field(
        resolver=tenant_mutations.tenant_create, description="Make a tenant."
    )
    tenant_update: TenantPayload = strawberry.field(
        resolver=tenant_mutations.tenant_update, description="Change what a tenant is called, or where it is."
    )
    tenants_upsert: TenantsUpsertPayload = strawberry.field(
        resolver=tenants_upsert,
        description="Add or change tenants by their slugs. Each record stands for itself.",
    )
    customers_upsert: CustomersUpsertPayload = strawberry.field(
        resolver=customers_upsert,
        description="Add or change customers by the shop's own ids. Each record stands for itself.",
    )
    customer_export: CustomerExportPayload = strawberry.field(
        resolver=customer_export,
        description="All that is held on a customer, for administrators. The log tells who asked.",
    )
    customer_erase: CustomerErasePayload = strawberry.field(
        resolver=customer_erase,
        description="Erase a customer, for administrators: who they are goes, what they bought stays without "
        "them, and they do not come back by what is sent later.",
    )
    customer_merge: CustomerMergePayload = strawberry.field(
        resolver=customer_merge,
        description="Merge a customer into another, for administrators: all that is of the one becomes the "
        "other's, to whom leads what the one was known by. It can be undone.",
    )
    customer_unmerge: CustomerUnmergePayload = strawberry.field(
        resolver=customer_unmerge,
        description="Undo a merge, for administrators, once. What came in since stays the survivor's.",
    )
    orders_upsert: OrdersUpsertPayload = strawberry.field(
        resolver=orders_upsert,
        description="Add or change orders by the shop's own ids. The next run counts them.",
    )
    refunds_upsert: RefundsUpsertPayload = strawberry.field(
        resolver=refunds_upsert,
        description="Add or change refunds by the shop's own ids. The next run counts them.",
    )
    event_track: EventTrackPayload = strawberry.field(resolver=event_track, description="Take an event in.")
    events_track: EventsTrackPayload = strawberry.field(
        resolver=events_track, description="Take events in. Each record stands for itself."
    )
    event_type_upsert: EventTypePayload = strawberry.field(
        resolver=event_type_upsert,
        description="Register a type of events of the tenant's own, or change it. Events that are there are "
        "not looked at anew.",
    )
    event_type_delete: EventTypeDeletePayload = strawberry.field(
        resolver=event_type_delete,
        description="Remove a type of the tenant's own: no more events of it are accepted; those there stay.",
    )
    event_retention_update: EventRetentionPayload = strawberry.field(
        resolver=event_retention_update,
        description="Choose how long events are kept; older ones are removed hour by hour.",
    )
    process_start: ProcessPayload = strawberry.field(
        resolver=tenant_mutations.process,
        description="Score a tenant, unless its scores are fresh. A run on its way is joined.",
    )
    integration_create: IntegrationPayload = strawberry.field(
        resolver=integration.integration_create,
        description="Keep an account of another system, its credentials encrypted, and fetch from it.",
    )
    integration_validate: IntegrationValidatePayload = strawberry.field(
        resolver=integration_validate,
        description="Ask another system whether credentials get in there. Nothing is kept.",
    )
    integration_update: IntegrationPayload = strawberry.field(
        resolver=integration.integration_update, description="Change an account or its credentials."
    )
    integration_sync: IntegrationPayload = strawberry.field(
        resolver=integration.integration_sync,
        description="Have an account fetched from: what is new, or all of it.",
    )
    integration_hook_create: IntegrationHookCreatePayload = strawberry.field(
        resolver=integration_hooks.integration_hook_create,
        description="Have another system call this service when an order changes.",
    )
    integration_hook_delete: IntegrationPayload = strawberry.field(
        resolver=integration_hooks.integration_hook_delete,
        description="Take no more calls of another system.",
    )
    integration_delete: IntegrationDeletePayload = strawberry.field(
        resolver=integration.integration_delete,
        description="Forget an account and its credentials; what it brought stays.",
    )
    backtest_request: BacktestRequestPayload = strawberry.field(
        resolver=backtest_request,
        description="Test how well a tenant's last days would have been foretold. A worker does it; the same "
        "one that waits already is joined.",
    )
    segment_create: SegmentPayload = strawberry.field(
        resolver=segments.segment_create,
        description="Make a segment; a dynamic one has its members at once.",
    )
    segment_update: SegmentPayload = strawberry.field(
        resolver=segments.segment_update,
        description="Change a segment; with other criteria its members are worked out anew.",
    )
    segment_delete: SegmentDeletePayload = strawberry.field(
        resolver=segments.segment_delete, description="Remove a segment. Its customers stay."
    )
    segment_refresh: SegmentPayload = strawberry.field(
        resolver=segments.segment_refresh,
        description="Work out the members of a dynamic segment anew, as is done after each run.",
    )
    segment_members_add: SegmentMembersPayload = strawberry.field(
        resolver=segments.segment_members_add, description="Put customers into a static segment."
    )
    segment_members_remove: SegmentMembersPayload = strawberry.field(
        resolver=segments.segment_members_remove, description="Take customers out of a static segment."
    )
    scoring_settings_update: ScoringSettingsUpdatePayload = strawberry.field(
        resolver=scoring_settings_update,
        description="Change what a tenant has chosen about its scoring. A change of what scores depend on "
        "makes the standing scores stale.",
    )
