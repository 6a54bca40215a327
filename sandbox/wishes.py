"""The shapes of what merchants send."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, TypeVar

from django.http import HttpRequest
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, ValidationError

from sandbox.methods import sold
from sandbox.models import Behaviour
from sandbox.refusals import Refusal

Reference = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\s]+$")]
Amount = Annotated[int, Field(strict=True, ge=1, le=200_000_000)]
Url = Annotated[str, StringConstraints(max_length=2000, pattern=r"^https?://")]
Body = TypeVar("Body", bound=BaseModel)


class SessionWish(BaseModel):
    """A session to open."""

    our_reference: Reference
    amount: Amount
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    language: Annotated[str, StringConstraints(max_length=8)] = "en"
    method: str
    lines: Annotated[list[dict[str, Any]], Field(max_length=1000)] = []
    return_url: Url
    webhook_url: Url | Annotated[str, StringConstraints(max_length=0)] = ""
    expires_at: AwareDatetime
    email: Annotated[str, StringConstraints(max_length=254)] = ""
    phone: Annotated[str, StringConstraints(max_length=32)] = ""

    def check(self) -> None:
        """Refuse a way to pay that is not sold there."""
        if sold(self.method, self.country, self.currency) is None:
            words = f"{self.method} is not sold in {self.country} for {self.currency}."
            raise Refusal(422, "method_not_available", words)


class OperationWish(BaseModel):
    """An operation; the sum is implied by void, release and extend."""

    amount: Amount | None = None
    currency: str = ""
    lines: Annotated[list[dict[str, Any]], Field(max_length=1000)] = []


class BehaviourWish(BaseModel):
    """How the caller's operations are answered; `key_prefix` narrows it."""

    kind: Behaviour.Kind
    key_prefix: Annotated[str, StringConstraints(max_length=100)] = ""
    times: Annotated[int, Field(ge=1)] | None = None
    for_everybody: bool = False

    def account(self, caller: uuid.UUID) -> uuid.UUID | None:
        """Whose operations: the caller's, unless for everybody."""
        return None if self.for_everybody else caller


def read(request: HttpRequest, shape: type[Body]) -> Body:
    """The request's JSON in this shape, or a Refusal naming the first wrong field."""
    try:
        return shape.model_validate_json(request.body or b"{}")
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "body"
        raise Refusal(422, "bad_value", f"{field}: {first['msg']}") from error
