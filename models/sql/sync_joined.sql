-- Customers whom Master Data knows by one e-mail of their own, where they are several: the address, the customer, and
-- whether a sync made them. By address, the first that came in first.
WITH found AS (
    SELECT DISTINCT lower(btrim(profile.email)) AS address, own.id AS own, other.id AS other
    FROM integration_profile AS profile
    JOIN customer AS own ON own.tenant_id = %(tenant_id)s AND own.external_id = profile.buyer
    JOIN customer AS other
        ON other.tenant_id = %(tenant_id)s
        AND other.email_norm = lower(btrim(profile.email))
        AND other.id <> own.id
    WHERE profile.tenant_id = %(tenant_id)s AND profile.email IS NOT NULL AND profile.buyer IS NOT NULL
)
SELECT
    address,
    customer.id,
    starts_with(customer.external_id, 'email:')
        OR starts_with(customer.external_id, 'alias:')
        OR EXISTS (
            SELECT
            FROM integration_profile AS profile
            WHERE profile.tenant_id = %(tenant_id)s AND profile.profile = customer.external_id
        )
FROM (
    SELECT address, own AS id FROM found
    UNION
    SELECT address, other FROM found
) AS known
JOIN customer ON customer.tenant_id = %(tenant_id)s AND customer.id = known.id
ORDER BY address, customer.id
