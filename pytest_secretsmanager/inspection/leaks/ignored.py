"""The texts that a test declares harmless: names, hosts, user names. Each is a whole value, or a whole text in one."""

from collections.abc import Iterable

from pytest_secretsmanager.engine.errors import UsageError

__tracebackhide__ = True


def ignored_texts(given: object, name: str = "ignore") -> frozenset[bytes]:
    """Return the texts as bytes. Raise UsageError, with the argument's name, unless they are a list of texts."""
    if not isinstance(given, Iterable) or isinstance(given, str | bytes | dict):
        raise UsageError(f"{name} is a list of texts, not {_kind(given)}: write {name}=['db.example.com']")
    texts = list(given)
    for text in texts:
        if not isinstance(text, str | bytes):
            raise UsageError(f"{name} has an item {_kind(text)}: write each text as a str")
        if not text:
            raise UsageError(f"{name} has an empty text: remove it")
    return frozenset(text.encode(errors="surrogatepass") if isinstance(text, str) else text for text in texts)


def _kind(given: object) -> str:
    """The kind of an argument. A text may be a secret value, so it is not shown."""
    return "None" if given is None else f"of type {type(given).__name__}"
