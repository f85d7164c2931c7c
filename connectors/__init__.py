"""The outside world as records of the domain. Nothing here knows the database."""
