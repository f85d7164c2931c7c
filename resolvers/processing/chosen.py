"""What a tenant has chosen about its scoring, in the shape that the analyses take it."""

from kit.db import Work
from resolvers.processing.shop import Shop
from resolvers.settings import STALENESS_HOURS, ScoringSettings, of_stored
from scoring.segments import from_names
from scoring.settings import Settings

_CHOSEN = "SELECT data_version, settings FROM tenant WHERE id = %(id)s"


def read_chosen(work: Work, shop: Shop) -> tuple[int, ScoringSettings]:
    """The version of the tenant's data and its settings, as the transaction it is called in sees them."""
    version, stored = work.run(_CHOSEN, {"id": shop.tenant})[0]
    return int(version), of_stored(stored, STALENESS_HOURS)


def for_analyses(settings: ScoringSettings) -> Settings:
    """The settings as `scoring.analysis.analyse` takes them."""
    own = settings.segment_map
    return Settings(
        months=settings.clv_months,
        annual_rate=settings.clv_annual_rate,
        high_share=settings.tiers_high,
        medium_share=settings.tiers_medium,
        churn_horizon_days=settings.churn_horizon_days,
        segment_cells=None if own is None else from_names(own),
        segment_map_version=settings.segment_map_version,
    )
