-- Where an import of orders works: rows as the file has them, then one row an order or credit, then what
-- differs from the tables. All of it is gone with the transaction.
CREATE TEMP TABLE import_row (
    line bigint NOT NULL,
    order_id text,
    customer text,
    placed_at timestamptz,
    placed_local timestamp,
    amount numeric,
    qty numeric,
    unit_price numeric,
    currency text,
    credit boolean,
    status text,
    items integer,
    refund_of text,
    bad boolean NOT NULL
) ON COMMIT DROP;
CREATE TEMP TABLE import_group (
    external_id text NOT NULL,
    line bigint NOT NULL,
    customer text,
    currency text,
    placed_at timestamptz,
    net numeric,
    status text,
    items integer,
    given_at timestamptz,
    given numeric,
    refund_of text,
    problem text,
    cleared boolean NOT NULL DEFAULT false
) ON COMMIT DROP;
CREATE TEMP TABLE import_customer (
    external_id text NOT NULL,
    line bigint NOT NULL
) ON COMMIT DROP;
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
