-- Where refunds are linked: the orders and refunds that are new or differ, whose customers, and what became of it.
CREATE TEMP TABLE import_order (
    id bigint,
    external_id text NOT NULL,
    customer_id bigint,
    old_customer_id bigint,
    placed_at timestamptz NOT NULL,
    amount numeric NOT NULL,
    currency text NOT NULL,
    status text NOT NULL,
    items integer
) ON COMMIT DROP;
CREATE TEMP TABLE import_refund (
    id bigint,
    external_id text NOT NULL,
    customer_id bigint,
    old_customer_id bigint,
    old_order_id bigint,
    refunded_at timestamptz NOT NULL,
    amount numeric NOT NULL,
    currency text NOT NULL,
    order_external_id text
) ON COMMIT DROP;
CREATE TEMP TABLE import_touched (
    customer_id bigint NOT NULL
) ON COMMIT DROP;
CREATE TEMP TABLE import_link (
    refund_id bigint NOT NULL,
    old_order_id bigint,
    order_id bigint,
    linked_by text
) ON COMMIT DROP
