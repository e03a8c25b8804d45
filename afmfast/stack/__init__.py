"""Images become a stack on disk, and the manifest that says what they are."""
