"""Every write to merchants, stores, members, people, their sign-in links and terms."""

from accounts.actions.merchants import add_member, configure_store, create_merchant, create_store
from accounts.actions.people import change_preferences, sign_out_everywhere
from accounts.actions.sign_in import request_link, tidy, use_link
from accounts.actions.terms import book_terms, book_terms_problem

__all__ = [
    "add_member",
    "book_terms",
    "book_terms_problem",
    "change_preferences",
    "configure_store",
    "create_merchant",
    "create_store",
    "request_link",
    "sign_out_everywhere",
    "tidy",
    "use_link",
]
