-- Where an import of customers works: rows as the file has them, then what each customer is to become.
CREATE TEMP TABLE import_row (
    line bigint NOT NULL,
    external_id text NOT NULL,
    email text,
    first_name text,
    last_name text,
    phone text,
    created_at timestamptz,
    created_local timestamp,
    attributes jsonb
) ON COMMIT DROP;
CREATE TEMP TABLE import_person (
    id bigint,
    external_id text NOT NULL,
    line bigint NOT NULL,
    email text,
    first_name text,
    last_name text,
    phone text,
    created_at timestamptz,
    attributes jsonb NOT NULL,
    changed boolean NOT NULL
) ON COMMIT DROP
