"""Results become a page that a person reads."""
