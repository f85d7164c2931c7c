"""Types of events: the seven that mean the same everywhere, and those that a tenant registers."""
