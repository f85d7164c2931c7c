-- Forget what was found of a customer in systems that orders are fetched from, by whom they are and by their e-mail.
DELETE FROM integration_profile
USING customer
WHERE integration_profile.tenant_id = %(tenant_id)s
    AND customer.tenant_id = %(tenant_id)s
    AND customer.id = %(id)s
    AND (
        integration_profile.buyer = customer.external_id
        OR integration_profile.buyer IS NULL AND lower(btrim(integration_profile.email)) = customer.email_norm
    )
