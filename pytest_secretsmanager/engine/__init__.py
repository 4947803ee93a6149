"""Secrets Manager itself: knows no pytest, no client, no fixture. `service.Service` is the way in."""
