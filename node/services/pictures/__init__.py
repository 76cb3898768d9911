"""Photographs and logos: taken in, made small and harmless, copied from elsewhere, and tidied up."""
