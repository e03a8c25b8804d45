"""Pure functions on arrays, compiled when first called; they know nothing of afmfast."""
