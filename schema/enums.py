"""The closed sets of the graph. The values are what the database holds."""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

import strawberry


def _value(value: str, description: str) -> Any:
    """A member with its description; Any, so that `.value` is the text that the decorator makes of it."""
    return strawberry.enum_value(value, description=description)


def members_of(kind: type[Enum]) -> Callable[[Sequence[str | None]], list[Any]]:
    """What makes members of a column of their values; None stays None."""
    members = {None: None} | {each.value: each for each in kind}
    return lambda values: [members[each] for each in values]


@strawberry.enum(description="The segments that scores for recency, frequency and monetary value fall into.")
class RfmSegment(Enum):
    CHAMPIONS = _value("Champions", "Bought lately, buy often and spend much.")
    LOYAL_CUSTOMERS = _value("Loyal Customers", "Buy often and spend much.")
    POTENTIAL_LOYALISTS = _value("Potential Loyalists", "Bought lately, more than once, and spend well.")
    RECENT_CUSTOMERS = _value("Recent Customers", "Bought lately, for the first time.")
    PROMISING = _value("Promising", "Bought lately, more than once, but spend little.")
    NEED_ATTENTION = _value("Need Attention", "Middling in recency, with some purchases and value.")
    ABOUT_TO_SLEEP = _value("About to Sleep", "Below the middle in recency, frequency and value.")
    AT_RISK = _value("At Risk", "Bought often or much, but a while ago.")
    CANNOT_LOSE_THEM = _value("Cannot Lose Them", "Bought often and much, but long ago.")
    HIBERNATING = _value("Hibernating", "Bought little, long ago.")
    LOST = _value("Lost", "Lowest in recency, frequency and value.")


@strawberry.enum(description="Where a customer stands by predicted value.")
class ClvTier(Enum):
    HIGH = _value("high", "The top fifth, or the tenant's own share.")
    MEDIUM = _value("medium", "The next three tenths, or the tenant's own share.")
    LOW = _value("low", "The rest.")


@strawberry.enum(description="How likely a customer is to be lost, from the chance of another order in time.")
class ChurnRisk(Enum):
    ACTIVE = _value("active", "At least an even chance of another order.")
    AT_RISK = _value("at_risk", "At least one chance in four.")
    CHURNING = _value("churning", "At least one chance in ten.")
    CHURNED = _value("churned", "Less than one chance in ten.")


@strawberry.enum(description="An analysis that a run computes.")
class AnalysisKind(Enum):
    RFM = _value("rfm", "Recency, frequency and monetary value.")
    CLV = _value("clv", "Customer lifetime value.")
    CHURN = _value("churn", "Risk of losing a customer.")


@strawberry.enum(description="Who found that two customers are one.")
class CustomerMergeOrigin(Enum):
    CALLER = _value("caller", "Whoever asked for the merge.")
    SYNC = _value("sync", "A sync of an integration.")


@strawberry.enum(description="How far the fetching of an integration is.")
class SyncStatus(Enum):
    WAITING = _value("waiting", "It is to begin, or was broken off and goes on soon.")
    QUEUED = _value("queued", "It waits for a worker.")
    RUNNING = _value("running", "It goes on.")
    SUCCEEDED = _value("succeeded", "It has brought what there was.")
    STALLED = _value("stalled", "It could not go on, and is tried again later.")


@strawberry.enum(description="Whether a feed of changes in another system is used.")
class IntegrationFeed(Enum):
    OFF = _value("off", "It is left alone; one that was set here is taken away.")
    AUTO = _value("auto", "It is set and read where no other system has set it.")


@strawberry.enum(description="What is fetched of an integration.")
class SyncKind(Enum):
    FULL = _value("full", "All that can be had.")
    RECENT = _value("recent", "What is new, and what may have changed.")


@strawberry.enum(description="What figures over time are added up by, in the tenant's time zone.")
class SalesInterval(Enum):
    DAY = _value("day", "A calendar day.")
    WEEK = _value("week", "From Monday to Sunday, as in ISO 8601.")
    MONTH = _value("month", "A calendar month.")


@strawberry.enum(description="What kind of file.")
class ExportFormat(Enum):
    CSV = _value("csv", "A heading, then a member a line.")
    NDJSON = _value("ndjson", "A member a line, as a JSON object.")
    PARQUET = _value("parquet", "Typed columns.")


@strawberry.enum(description="How far a run is.")
class RunStatus(Enum):
    QUEUED = _value("queued", "Waiting for a worker.")
    RUNNING = _value("running", "Being computed.")
    SUCCEEDED = _value("succeeded", "Done; its scores were swapped in.")
    FAILED = _value("failed", "Ended without scores; the old ones stand.")


@strawberry.enum(description="What a forecaster is to the runs.")
class ForecasterRole(Enum):
    MODEL = _value("model", "What a run would use.")
    OTHER_MODEL = _value("other_model", "A purchase model that a run would not use.")
    BASELINE = _value("baseline", "A rule of thumb.")


@strawberry.enum(description="A model of purchases, or a rule of thumb that stands in for one or beside it.")
class ForecastModel(Enum):
    MBG_NBD = _value("mbg_nbd", "MBG/NBD: purchases at a pace of one's own, until one drops out.")
    MBG_CNBD_K = _value("mbg_cnbd_k", "MBG/CNBD-k: the same, with purchases at more regular intervals.")
    BG_NBD = _value("bg_nbd", "BG/NBD: as MBG/NBD, but nobody drops out at the first purchase.")
    PARETO_NBD = _value("pareto_nbd", "Pareto/NBD: who drops out may do so at any time.")
    NBD = _value("nbd", "NBD: nobody drops out.")
    HEURISTIC = _value("heuristic", "No model: everybody goes on at their own pace.")
    HISTORICAL_RATE = _value("historical_rate", "A rule of thumb: the rate since the first purchase goes on.")
    LAST_WINDOW = _value("last_window", "A rule of thumb: the last days are carried on.")
    HIATUS = _value("hiatus", "A rule of thumb: who was silent too long is gone.")


@strawberry.enum(description="A model of what a purchase brings.")
class SpendModel(Enum):
    GAMMA_GAMMA = _value("gamma_gamma", "Gamma-Gamma: a customer's own mean, drawn to the shop's.")
    HEURISTIC = _value("heuristic", "No model: a customer's own mean.")


@strawberry.enum(description="Why the bounds of an interval are not known.")
class IntervalReason(Enum):
    NO_HISTORY = _value("NO_HISTORY", "Nothing was bought before.")
    LOW_DATA = _value("LOW_DATA", "There are too few repeat buyers to fit a model to.")
    NO_SPEND_MODEL = _value("NO_SPEND_MODEL", "What a purchase brings could not be modelled.")
    TOO_SHORT = _value("TOO_SHORT", "The history is too short to hold days out.")
    TOO_FEW_ORDERS = _value(
        "TOO_FEW_ORDERS", "Too few orders were held out to tell how far off forecasts are."
    )


def interval_reason(code: str | None) -> IntervalReason | None:
    """The reason of a code; None for none."""
    return None if code is None else IntervalReason(code)


@strawberry.enum(description="What limits a backtest.")
class BacktestLimit(Enum):
    NO_ORDERS = _value("NO_ORDERS", "There are no orders.")
    TOO_SHORT = _value("TOO_SHORT", "Nobody had ordered before the days held out; there are no scores.")
    LOW_DATA = _value(
        "LOW_DATA", "Too few repeat buyers for a model, so that it gives no chances of its own."
    )
    NOBODY_RETURNED = _value("NOBODY_RETURNED", "Nobody ordered in the days held out.")


@strawberry.enum(description="What forecasters are compared by.")
class BacktestMeasure(Enum):
    ORDERS_BIAS = _value("transactions_bias", "Foretold over actual orders, minus 1.")
    RMSE = _value("rmse", "Root mean squared error of a customer's orders.")
    MAE = _value("mae", "Mean absolute error of a customer's orders.")
    LOG_LOSS = _value("log_loss", "Of the chance of an order.")
    BRIER = _value("brier", "Brier score of the chance of an order.")
    AUC = _value("auc", "How well the chance of an order ranks customers.")
    TOP_DECILE_SHARE = _value(
        "top_decile_share", "Share of the revenue that the best tenth of customers brought."
    )


@strawberry.enum(description="How the processing of a tenant stands.")
class ProcessingState(Enum):
    NEVER_PROCESSED = _value("never_processed", "No run yet.")
    PROCESSING = _value("processing", "A run is queued or going on.")
    PROCESSED = _value("processed", "The last run succeeded.")
    FAILED = _value("failed", "The last run failed; older scores stand.")


@strawberry.enum(description="Why a score is null.")
class MissingScoreReason(Enum):
    NOT_PROCESSED = _value("not_processed", "No run has computed this since the customer came.")
    NO_TRANSACTION = _value("no_transaction", "No day on which they paid more than they got back.")
    LOW_DATA = _value("low_data", "The tenant has under 30 repeat buyers, too few to fit a model to.")


@strawberry.enum(description="How customers come into a segment.")
class SegmentType(Enum):
    DYNAMIC = _value("dynamic", "By criteria, worked out anew after each run.")
    STATIC = _value("static", "By hand, one by one.")


@strawberry.enum(description="What became of a customer that was to be put into a segment or taken out.")
class SegmentMemberStatus(Enum):
    ADDED = _value("added", "Is in the segment now.")
    ALREADY_MEMBER = _value("already_member", "Was in it before.")
    REMOVED = _value("removed", "Is in it no more.")
    NO_MEMBER = _value("no_member", "Was not in it.")
    NOT_FOUND = _value("not_found", "The tenant has no such customer.")


@strawberry.enum(description="What customers change of.")
class SegmentChangeKind(Enum):
    SEGMENT = _value("segment", "A segment of the tenant's own, dynamic or static.")
    RFM_SEGMENT = _value("rfm_segment", "The RFM segment, by the scores.")
    CLV_TIER = _value("clv_tier", "The tier of lifetime value, by the scores.")
    CHURN_RISK = _value("churn_risk", "The class of churn risk, by the scores.")


@strawberry.enum(description="The classes of a score, of which every scored customer is in one.")
class ScoreClassKind(Enum):
    RFM_SEGMENT = _value("rfm_segment", "RFM segments.")
    CLV_TIER = _value("clv_tier", "Tiers of lifetime value.")
    CHURN_RISK = _value("churn_risk", "Classes of churn risk.")


@strawberry.enum(description="What a customer did.")
class SegmentChangeAction(Enum):
    ENTER = _value("enter", "Came into a segment, or is scored for the first time.")
    EXIT = _value("exit", "Left a segment, or is scored no more.")
    MOVE = _value("move", "Went from one class of a score to another.")


@strawberry.enum(description="Why a customer's segment changed.")
class SegmentChangeReason(Enum):
    RUN = _value("run", "A run scored the customers, and segments were worked out anew.")
    REFRESHED = _value("refreshed", "The segment was worked out anew on demand.")
    CREATED = _value("created", "The segment was made: its first members.")
    CRITERIA_CHANGED = _value("criteria_changed", "The segment got other criteria.")
    ADDED = _value("added", "They were put into the segment by hand.")
    REMOVED = _value("removed", "They were taken out of the segment by hand.")
    IMPORTED = _value("imported", "A file put them into the segment.")
    DELETED = _value("deleted", "The segment was deleted.")
    FOUND = _value("found", "They were in the segment when its changes began to be told.")
    MERGED = _value("merged", "Two customers were merged into one, or taken apart again.")


@strawberry.enum(description="How far an order is. Paid ones alone count as revenue.")
class OrderStatus(Enum):
    PENDING = _value("pending", "Placed, not paid yet.")
    PAID = _value("paid", "Paid.")
    CANCELLED = _value("cancelled", "Cancelled.")


@strawberry.enum(description="What an item of a timeline tells of.")
class TimelineKind(Enum):
    ORDER = _value("order", "An order was placed.")
    REFUND = _value("refund", "Money was given back.")
    EVENT = _value("event", "An event was tracked.")
    SEGMENT_CHANGE = _value("segment_change", "The customer moved between RFM segments.")


@strawberry.enum(description="Which way a list runs.")
class SortDirection(Enum):
    ASC = _value("asc", "From the lowest up.")
    DESC = _value("desc", "From the highest down.")


@strawberry.enum(description="A system that a tenant's orders may come from.")
class IntegrationType(Enum):
    VTEX = _value("vtex", "VTEX.")


@strawberry.enum(description="What became of a record of a list.")
class RecordStatus(Enum):
    CREATED = _value("created", "It is new, and saved.")
    UPDATED = _value("updated", "It was known, and differs now.")
    UNCHANGED = _value("unchanged", "It was known as it is.")
    DUPLICATE = _value("duplicate", "The same event was there already.")
    REJECTED = _value("rejected", "It was not saved; its errors say why.")


@strawberry.enum(description="Why a mutation was refused.")
class UserErrorCode(Enum):
    BAD_USER_INPUT = _value("BAD_USER_INPUT", "A value is not accepted; `field` says which.")
    NOT_FOUND = _value("NOT_FOUND", "What the input names does not exist, or not for the caller.")
    CONFLICT = _value("CONFLICT", "Something else is in the way now.")
    FORBIDDEN = _value("FORBIDDEN", "The caller may not do this.")
    ERASED = _value("ERASED", "The record is of a customer who was erased, and is not taken in again.")


@strawberry.enum(description="How whoever changed something had proved who they are.")
class AuditMode(Enum):
    OPEN = _value("open", "Not at all: the API was open, on a loopback address.")
    JWT = _value("jwt", "By a token.")
    KEY = _value("key", "By an API key.")
    CLI = _value("cli", "By being a user of the machine that runs commands.")


@strawberry.enum(description="What something was changed by.")
class AuditFace(Enum):
    GRAPHQL = _value("graphql", "The graph.")
    REST = _value("rest", "The REST v2 paths.")
    CLI = _value("cli", "A command.")


@strawberry.enum(description="A way to a customer that they can agree to.")
class ConsentChannel(Enum):
    EMAIL = _value("email", "E-mail.")
    SMS = _value("sms", "Short messages.")
    PUSH = _value("push", "Messages of an app or a browser.")
    WHATSAPP = _value("whatsapp", "WhatsApp.")
    PHONE = _value("phone", "Calls.")
    POST = _value("post", "Letters.")
