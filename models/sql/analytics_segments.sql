-- What the run that stands found of RFM: its figures, and the first customers of each segment asked for.
SELECT
    tenant.time_zone,
    run.as_of,
    run.finished_at,
    run.rfm,
    (
        SELECT jsonb_object_agg(listing.class, to_jsonb(listing.customer_ids[1:%(size)s]))
        FROM score_listing AS listing
        WHERE listing.tenant_id = %(tenant_id)s AND listing.analysis = 'rfm' AND listing.class = ANY (%(classes)s)
    )
FROM tenant
LEFT JOIN score_current AS standing ON standing.tenant_id = %(tenant_id)s
LEFT JOIN score_run AS run
    ON run.tenant_id = %(tenant_id)s AND run.id = standing.run_id AND run.status = 'succeeded'
WHERE tenant.id = %(tenant_id)s
