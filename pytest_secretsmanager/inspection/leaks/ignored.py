"""The texts that a test declares harmless: names, hosts, user names. Each is a whole value, or a whole text in one."""

from collections.abc import Iterable

from pytest_secretsmanager.engine.errors import UsageError

__tracebackhide__ = True


def ignored_texts(given: object) -> frozenset[bytes]:
    """Return the texts as bytes. Raise UsageError unless they are a list of texts."""
    if not isinstance(given, Iterable) or isinstance(given, str | bytes | dict):
        raise UsageError(f"ignore is a list of texts, not {_kind(given)}: write ignore=['db.example.com']")
    texts = list(given)
    for text in texts:
        if not isinstance(text, str | bytes) or not text:
            raise UsageError(f"ignore has an item that is {_kind(text)}, not a text: write each one as a str")
    return frozenset(text.encode(errors="surrogatepass") if isinstance(text, str) else text for text in texts)


def _kind(given: object) -> str:
    """The kind of an argument. A text may be a secret value, so it is not shown."""
    if given is None:
        return "None"
    return "empty" if given in ("", b"") else f"of type {type(given).__name__}"
