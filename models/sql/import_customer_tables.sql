-- Where an import of customers works: rows as the file has them, then what each customer is to become and
-- what they have agreed to.
CREATE TEMP TABLE import_row (
    line bigint NOT NULL,
    external_id text NOT NULL,
    email text,
    first_name text,
    last_name text,
    phone text,
    created_at timestamptz,
    created_local timestamp,
    attributes jsonb,
    consents jsonb,
    consent_source text,
    consent_at timestamptz,
    consent_local timestamp
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
) ON COMMIT DROP;
CREATE TEMP TABLE import_consent (
    external_id text NOT NULL,
    channel text NOT NULL,
    is_granted boolean NOT NULL,
    source text,
    recorded_at timestamptz
) ON COMMIT DROP
