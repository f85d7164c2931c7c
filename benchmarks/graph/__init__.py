"""The graph against PostGraphile on the same tables, both under row-level security."""
