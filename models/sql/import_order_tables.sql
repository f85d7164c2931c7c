-- Where an import of orders works: rows as the file has them, then one row an order or credit. All of it is gone
-- with the transaction.
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
) ON COMMIT DROP
