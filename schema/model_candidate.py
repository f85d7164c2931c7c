"""A row of the table that a model was chosen from."""

import strawberry


@strawberry.type(description="A candidate in the choice of the model.")
class ModelCandidate:
    name: str = strawberry.field(description="A purchase model, or last_window: the last window carried on.")
    log_loss: float = strawberry.field(
        description='Of "orders again within the window", on days held out; lower is better.'
    )
    chosen: bool = strawberry.field(description="Whether it was chosen.")
    reason: str = strawberry.field(description="Why, or why not.")
    flags: list[str] = strawberry.field(description="What to know of its fit.")
