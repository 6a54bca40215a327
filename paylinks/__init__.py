"""An order until it is authorized: create form, links, attempts, history, customer pages."""
