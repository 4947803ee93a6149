"""The refusal of a call by IAM."""

from pytest_secretsmanager.engine.errors import AccessDeniedException
from pytest_secretsmanager.engine.rules.iam.decision import Decision


class AccessDenied(AccessDeniedException):
    """AWS's AccessDeniedException, with the decision on the permission that the caller lacks.

    `message` is the decision's, unless the service answers with a text of its own.
    """

    def __init__(self, decision: Decision, message: str | None = None) -> None:
        super().__init__(decision.message if message is None else message)
        self.decision = decision

    @property
    def code(self) -> str:
        return AccessDeniedException.__name__
