"""The composition root: it may import everything, and nothing imports it."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
