"""Files become images: one file a format, one table of formats."""
