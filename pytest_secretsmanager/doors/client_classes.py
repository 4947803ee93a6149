"""The classes whose clients are answered: botocore's `BaseClient` or aiobotocore's `AioBaseClient`, in every edition.

botocore may be reloaded, or taken out of `sys.modules` and imported anew. Then there are several classes of one name,
each with clients of its own, and all of them have to be answered.
"""

import sys
from types import ModuleType
from weakref import ref

from pytest_secretsmanager.doors import active, imports
from pytest_secretsmanager.doors.internals import MAKE_API_CALL, MAKE_REQUEST
from pytest_secretsmanager.doors.patching import Wrapper, install, is_botocores, uninstall


class ClientClasses:
    """Every class of one name that this process has imported, with wrappers around two of its methods.

    `others_inside` says whether other code (a mock, say) stands between a wrapper of ours and botocore's own method,
    and so has to be called.
    """

    def __init__(self, module: str, name: str, make_api_call: Wrapper, make_request: Wrapper) -> None:
        self.others_inside = False
        self._module = module
        self._name = name
        self._make_api_call = make_api_call
        self._make_request = make_request
        self._classes: tuple[ref[type], ...] = ()
        active.when_unused(self._unwrap)

    def wrap(self) -> None:
        """Wraps the methods of each class, and from now on those of each class that is imported."""
        with active.lock:
            imports.follow(self._module, self._meet)
            if (module := sys.modules.get(self._module)) is not None:
                newest = getattr(module, self._name, None)
                # An import may pass unnoticed: `sys.meta_path` is for all programs to change.
                if newest is not None and not (self._classes and self._classes[-1]() is newest):
                    self.add(newest)
            if self._classes:
                self._wrap()

    def add(self, client_class: type) -> None:
        """One more class, whose methods are wrapped the next time that any are."""
        known = [reference for reference in self._classes if reference() not in (None, client_class)]
        self._classes = (*known, ref(client_class))

    def _meet(self, module: ModuleType) -> None:
        """A module was imported, perhaps once more. One that is being imported still may lack the class."""
        client_class = getattr(module, self._name, None)
        if client_class is not None:
            with active.lock:
                self.add(client_class)
                if active.is_in_use():
                    self._wrap()

    def _wrap(self) -> None:
        others_inside = False
        for reference in self._classes:
            if (client_class := reference()) is not None:
                inside = install(client_class, MAKE_API_CALL, self._make_api_call)
                others_inside = others_inside or not is_botocores(inside)
                install(client_class, MAKE_REQUEST, self._make_request)
        self.others_inside = others_inside

    def _unwrap(self) -> None:
        for reference in self._classes:
            if (client_class := reference()) is not None:
                uninstall(client_class, MAKE_API_CALL, self._make_api_call)
                uninstall(client_class, MAKE_REQUEST, self._make_request)
