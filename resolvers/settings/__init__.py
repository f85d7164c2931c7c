"""What a tenant may choose about its scoring: the settings, their values, reading and changing them."""

from resolvers.settings.definition import SETTINGS, STALENESS_HOURS, Setting, named
from resolvers.settings.update import update_settings
from resolvers.settings.values import KEY, ScoringSettings, of_stored, read_settings

__all__ = [
    "KEY",
    "SETTINGS",
    "STALENESS_HOURS",
    "ScoringSettings",
    "Setting",
    "named",
    "of_stored",
    "read_settings",
    "update_settings",
]
