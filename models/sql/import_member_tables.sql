-- Where an import of a segment's members works: whom the file names, each in one of three ways, and who that is.
CREATE TEMP TABLE import_row (
    line bigint NOT NULL,
    number bigint,
    external_id text,
    email text
) ON COMMIT DROP;
CREATE TEMP TABLE import_member (
    line bigint NOT NULL,
    customer_id bigint NOT NULL
) ON COMMIT DROP
