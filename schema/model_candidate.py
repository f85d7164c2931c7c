"""The models that a run did not use: a row of the table it chose from, and who could not be used."""

from typing import Any

import strawberry

from schema.enums import ForecastModel


@strawberry.type(description="A candidate in the choice of the model.")
class ModelCandidate:
    name: ForecastModel = strawberry.field(description="A purchase model, or the last window carried on.")
    log_loss: float = strawberry.field(
        description='Of "orders again within the window", on days held out; lower is better.'
    )
    chosen: bool = strawberry.field(description="Whether it was chosen.")
    reason: str = strawberry.field(description="Why, or why not.")
    flags: list[str] = strawberry.field(description="What to know of its fit.")

    @classmethod
    def of(cls, found: dict[str, Any]) -> "ModelCandidate":
        """From a report's row."""
        return cls(**{**found, "name": ForecastModel(found["name"])})


@strawberry.type(description="A purchase model that could not be used for the run's customers.")
class RejectedModel:
    name: ForecastModel = strawberry.field(description="The model.")
    flags: list[str] = strawberry.field(description="What was wrong with its fit, such as NO_GAIN_OVER_NBD.")
