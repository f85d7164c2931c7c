-- Where an import of exchange rates works: rows as the file has them.
CREATE TEMP TABLE import_row (
    line bigint NOT NULL,
    currency text NOT NULL,
    valid_at timestamptz,
    valid_local timestamp,
    rate numeric NOT NULL
) ON COMMIT DROP;
CREATE TEMP TABLE import_rate (
    currency text NOT NULL,
    valid_on date NOT NULL,
    rate numeric(24, 12) NOT NULL,
    disagree boolean NOT NULL
) ON COMMIT DROP
