"""The use cases: authorise, query, return rows. Both faces call these; none returns a schema type."""
