"""The staging labels of a secret as a dict that knows its secret, so that a failing comparison can explain itself."""

from collections.abc import Mapping

from pytest_secretsmanager.inspection.named_secret import NamedSecret

__tracebackhide__ = True


class LabelMapping(dict[str, str]):
    """A copy of a secret's labels, each with the id of its version. A copy of it, and its pickle, is a plain dict."""

    __slots__ = ("_secret",)

    def __init__(self, labels: Mapping[str, str], secret: NamedSecret) -> None:
        super().__init__(labels)
        self._secret = secret

    def __reduce_ex__(self, _protocol: object) -> tuple[type[dict[str, str]], tuple[dict[str, str]]]:
        return dict, (dict(self),)


def secret_of(labels: LabelMapping) -> NamedSecret:
    """The view that the labels were read from."""
    return labels._secret
