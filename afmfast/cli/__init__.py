"""The command line: one command per stage; parses, calls study, prints."""
