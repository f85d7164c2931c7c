"""The way in for events: checked one by one, saved in batches, acknowledged once they are committed."""
