"""The JSON API for other programs, its OpenAPI document, and the page about it."""
