"""What of an order's references and of its customer can be edited, by whom it is told, and how it is asked."""
