"""An app that only crash tests install: its processes kill themselves at a marked point, once.

CRASH_ORDER names a file: while it holds the name of a point, the first process that comes
there dies, or waits if it says so. It is gone then, so what is started again lives.
"""
