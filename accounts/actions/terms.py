"""Booking what was found behind a store's terms link."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction

from accounts.audit import Kind, record
from accounts.models import Store, TermsCopy
from common.actor import Actor


@transaction.atomic
def book_terms(store_id: int, url: str, text: str, content_type: str, *, at: datetime) -> TermsCopy | None:
    """Keep the text once per content; None when the store's link changed meanwhile."""
    store = _locked(store_id, url)
    if store is None:
        return None
    digest = hashlib.sha256(text.encode()).hexdigest()
    copy, is_new = TermsCopy.objects.get_or_create(
        store=store,
        url=url,
        digest=digest,
        defaults={
            "content": text,
            "content_type": content_type[:80],
            "fetched_at": at,
            "last_seen_at": at,
        },
    )
    if not is_new and at > copy.last_seen_at:
        copy.last_seen_at = at
        copy.save(update_fields=["last_seen_at"])
    _book(store, Store.TermsState.REACHABLE, "", at)
    if is_new:
        record(Kind.TERMS_FETCHED, by=Actor.system(), at=at, store=store, url=url, digest=digest)
    return copy


@transaction.atomic
def book_terms_problem(store_id: int, url: str, problem: str, *, at: datetime) -> None:
    """Say why the text could not be fetched; earlier copies stay."""
    store = _locked(store_id, url)
    if store is None:
        return
    was_known = store.terms_state == Store.TermsState.UNREACHABLE and store.terms_problem == problem[:200]
    _book(store, Store.TermsState.UNREACHABLE, problem[:200], at)
    if not was_known:
        record(Kind.TERMS_UNREACHABLE, by=Actor.system(), at=at, store=store, url=url, problem=problem)


def _locked(store_id: int, url: str) -> Store | None:
    stores = Store.objects.select_for_update(no_key=True, of=("self",)).select_related("merchant")
    return stores.defer("logo").filter(pk=store_id, terms_url=url).first()


def _book(store: Store, state: str, problem: str, at: datetime) -> None:
    store.terms_state, store.terms_problem, store.terms_checked_at = state, problem, at
    store.save(update_fields=["terms_state", "terms_problem", "terms_checked_at"])
