-- Where an import of events works: rows as the file has them, and the customers they name.
CREATE TEMP TABLE import_row (
    line bigint NOT NULL,
    message_id text,
    customer text,
    event_type text NOT NULL,
    occurred_at timestamptz,
    occurred_local timestamp,
    properties jsonb NOT NULL
) ON COMMIT DROP;
CREATE TEMP TABLE import_event (
    message_id text NOT NULL,
    customer_id bigint,
    event_type text NOT NULL,
    occurred_at timestamptz NOT NULL,
    properties jsonb NOT NULL
) ON COMMIT DROP;
CREATE TEMP TABLE import_customer (
    external_id text NOT NULL,
    line bigint NOT NULL
) ON COMMIT DROP
