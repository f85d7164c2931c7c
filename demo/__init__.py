"""A made-up shop whose truth is known: customers, orders, refunds and events, all from a seed."""
