"""The classes whose clients are answered: botocore's `BaseClient` or aiobotocore's `AioBaseClient`, in every edition.

A test may reload botocore, or take it out of `sys.modules` and import it again. Then several classes have one name,
each with its own clients, and all of them are answered.
"""

import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Any
from weakref import ref

from botocore.client import BaseClient

from pytest_secretsmanager.doors.imports import ClassName, editions
from pytest_secretsmanager.doors.internals import MAKE_API_CALL, MAKE_REQUEST
from pytest_secretsmanager.doors.patching import install, is_botocores, uninstall
from pytest_secretsmanager.doors.responder import Responder
from pytest_secretsmanager.doors.switchboard import Switchboard
from pytest_secretsmanager.doors.tokens import fill_tokens
from pytest_secretsmanager.engine.call import Parameters, Site

__tracebackhide__ = True

BASE_CLIENT = ClassName("botocore.client", "BaseClient")


class ClientClasses(ABC):
    """A door: every class of one name that this process has imported, with wrappers around two of its methods.

    `others_inside` says whether other code, such as a mock, stands between our wrapper and botocore's own method. The
    call must then reach that code.
    """

    def __init__(self, switchboard: Switchboard, name: ClassName) -> None:
        self.switchboard = switchboard
        self.others_inside = False
        self._name = name
        # Bound once: each stays one object.
        self._around_call, self._around_request = self._make_api_call, self._make_request
        self._classes: tuple[ref[type], ...] = ()
        self._are_found = False

    @abstractmethod
    def _make_api_call(self, wrapped: Any, client: BaseClient, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Called in the place of the method in which a call begins."""

    @abstractmethod
    def _make_request(self, wrapped: Any, client: BaseClient, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Called in the place of the method that sends a call, after every listener that may answer it."""

    def call_under_way(
        self, responder: Responder, client: BaseClient, site: Site | None
    ) -> AbstractContextManager[None]:
        """The block in which a call goes botocore's own way, as far as `_make_request`."""
        if responder.repeatable:
            fill_tokens(client)
        return self.switchboard.call_under_way(responder, site)

    def wrap(self) -> None:
        """Wrap the methods of each class, and later those of each class that is imported. Idempotent."""
        if not self._are_found:
            for edition in editions(self._name):
                self.add(edition)
            self._are_found = True
        self.switchboard.imports.follow(self._name.module, self._meet)
        if (module := sys.modules.get(self._name.module)) is not None:
            newest = getattr(module, self._name.name, None)
            # An import may go unnoticed: any code may change `sys.meta_path`.
            if newest is not None and not (self._classes and self._classes[-1]() is newest):
                self.add(newest)
        if self._classes:
            self._wrap()

    def unwrap(self) -> None:
        """Take the wrappers out of every class. Idempotent."""
        for reference in self._classes:
            if (client_class := reference()) is not None:
                uninstall(client_class, MAKE_API_CALL, self._around_call)
                uninstall(client_class, MAKE_REQUEST, self._around_request)

    def add(self, client_class: type) -> None:
        """Add a class. The next `wrap` wraps its methods."""
        known = [reference for reference in self._classes if reference() not in (None, client_class)]
        self._classes = (*known, ref(client_class))

    def _meet(self, module: ModuleType) -> None:
        """Called when a module was imported, perhaps again. A partially imported module may lack the class."""
        client_class = getattr(module, self._name.name, None)
        if client_class is not None:
            with self.switchboard.lock:
                self.add(client_class)
                if self.switchboard.is_in_use:
                    self._wrap()

    def _wrap(self) -> None:
        others_inside = False
        for reference in self._classes:
            if (client_class := reference()) is not None:
                inside = install(client_class, MAKE_API_CALL, self._around_call)
                others_inside = others_inside or not is_botocores(inside)
                install(client_class, MAKE_REQUEST, self._around_request)
        self.others_inside = others_inside


def named_arguments(operation_name: str, api_params: Parameters) -> tuple[str, Parameters]:
    """The two arguments of `_make_api_call`, when code passes them by name. botocore's own doesn't."""
    return operation_name, api_params
