"""What afmfast raises and warns with: every sentence says what was given, what is allowed, what to do."""


class AfmfastError(Exception):
    """Base of everything afmfast refuses; `except AfmfastError` catches no programming fault."""


class FileRefused(AfmfastError):
    """A scan file that cannot become an image: its name, what was found, what to do."""

    def __init__(self, path: object, found: str, todo: str) -> None:
        super().__init__(path, found, todo)
        self.path, self.found, self.todo = str(path), found, todo

    def __str__(self) -> str:
        return f"{self.path}: {self.found}. {self.todo}"


class ParameterFailed(AfmfastError):
    """A user's own parameter that raised: its symbol, what it said, and on which image."""

    def __init__(self, symbol: str, said: str, image: str = "this image") -> None:
        super().__init__(symbol, said, image)
        self.symbol, self.said, self.image = symbol, said, image

    def __str__(self) -> str:
        return (
            f"parameter {self.symbol!r} failed on {self.image}: {self.said}. "
            "Repair its function (it may return NaN where it has no value), or leave it out"
        )


class SettingsError(AfmfastError, ValueError):
    """A setting, name or argument outside what is allowed."""


class DataError(AfmfastError, ValueError):
    """Data that cannot answer the question asked of it, such as a class with a single sample."""


class StoreError(AfmfastError):
    """A product on disk that is missing, damaged, or of another version."""


class AfmfastWarning(UserWarning):
    """A result that stands, with something the reader should know about it."""
