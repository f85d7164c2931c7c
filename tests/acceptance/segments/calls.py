"""What the tests of segments share."""

from kit import ids

TENANT = ids.encode("Tenant", 56)
CREATE = """
mutation M($input: SegmentCreateInput!) { segmentCreate(input: $input) {
  segment { id databaseId name type criteria description memberCount lastUpdatedAt }
  userErrors { code field message }
} }
"""
MEMBERS = """
mutation M($input: SegmentMembersInput!) { change: segmentMembers%s(input: $input) {
  segment { memberCount } results { customerId status } userErrors { code field message } } }
"""
HIGH = {"clv_tier": "high", "rfm_segment": ["Champions", "Loyal Customers"]}
IS_HIGH = "clv_tier = 'high' AND segment IN ('Champions', 'Loyal Customers')"


def wanted(make, where, tenant=56):
    """The customers who meet a condition on the tables, by id."""
    rows = make.owner.execute(
        "SELECT customer.id FROM customer LEFT JOIN customer_score score "
        "ON score.tenant_id = customer.tenant_id AND customer_id = customer.id "
        "AND run_id = (SELECT run_id FROM score_current WHERE tenant_id = %s) "
        f"WHERE customer.tenant_id = %s AND ({where}) ORDER BY 1",
        [tenant, tenant],
    ).fetchall()
    return [number for (number,) in rows]


def members(make, segment):
    rows = make.owner.execute(
        "SELECT customer_id FROM segment_member WHERE tenant_id = 56 AND segment_id = %s ORDER BY 1",
        [segment],
    ).fetchall()
    return [number for (number,) in rows]
