"""An app that only crash tests install: it kills its own process at a marked point, once.

CRASH_AT names the point and CRASH_MARK a file: made when it happens, so that what is started
again lives.
"""
