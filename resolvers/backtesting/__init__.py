"""Testing how well a tenant's last days would have been foretold.

Nothing is imported here, so that the API can take a request without loading numpy and scipy.
"""
