"""The built-in payment provider: own tables, own pages, own clock control, webhooks by HTTP."""
