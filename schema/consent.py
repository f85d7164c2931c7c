"""What customers have agreed to."""

from datetime import datetime

import strawberry

from resolvers.consents import ConsentRow
from resolvers.writes.consents import ConsentRecord
from schema.enums import ConsentChannel


@strawberry.type(description="What a customer last said of a channel.")
class CustomerConsent:
    channel: ConsentChannel = strawberry.field(description="The channel.")
    is_granted: bool = strawberry.field(description="Whether they may be written to over it.")
    source: str | None = strawberry.field(description="Where they said so, if that was told.")
    recorded_at: datetime = strawberry.field(description="When they said so.")

    @classmethod
    def of(cls, row: ConsentRow) -> "CustomerConsent":
        return cls(
            channel=ConsentChannel(row.channel),
            is_granted=row.is_granted,
            source=row.source,
            recorded_at=row.recorded_at,
        )


@strawberry.input(
    description="What a customer said of a channel. What is older than what is known changes nothing."
)
class ConsentInput:
    channel: ConsentChannel = strawberry.field(description="The channel.")
    is_granted: bool = strawberry.field(description="Whether they may be written to over it.")
    source: str | None = strawberry.field(
        default=None, description="Where they said so, to 200 characters, such as newsletter form."
    )
    recorded_at: datetime | None = strawberry.field(
        default=None, description="When they said so, at most a day ahead; now unless told."
    )

    def record(self) -> ConsentRecord:
        """The consent as use cases take it."""
        return ConsentRecord(self.channel.value, self.is_granted, self.source, self.recorded_at)
