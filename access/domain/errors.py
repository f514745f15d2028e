"""The one error tree of the house.

A denial at a gate is a value (`access.domain.admission.Denied`), never an exception. An exception means
that a request could not be carried out. Each class carries a stable ``code`` for machines and a plain
English ``message`` for logs; people are shown the words that a door keeps for the code, never ``str(exc)``.
"""

from __future__ import annotations


class KaimenError(Exception):
    """Base of every error raised on purpose.

    Attributes:
        code: stable, lower-case, dotted (``pass.window``); never shown as the only words.
        message: English, for developers; holds no personal data and no secret.
        field: the input field at fault, where there is one.
    """

    status = 500

    def __init__(self, code: str, message: str = "", *, field: str | None = None) -> None:
        super().__init__(message or code)
        self.code = code
        self.message = message or code
        self.field = field


class InvalidInput(KaimenError):  # noqa: N818 - the design names the tree in these words
    """The request is malformed, too large or out of range. Say what, where, and what to do."""

    status = 400


class NotFound(KaimenError):  # noqa: N818
    """The thing named does not exist, or the asker may not know that it does."""

    status = 404


class NotPermitted(KaimenError):  # noqa: N818
    """Known, and not allowed to do this."""

    status = 403


class Conflict(KaimenError):  # noqa: N818
    """The state has moved on: already decided, already used, already taken."""

    status = 409


class TooOften(KaimenError):  # noqa: N818
    """Asked more often than the limit allows. The same request may be made again later."""

    status = 429


class ExternalSystemError(KaimenError):
    """A system outside (WeChat, a gate, the face process) failed.

    Attributes:
        permanent: true when trying again cannot help (a blocked receiver, a refused template).
    """

    status = 503

    def __init__(self, code: str, message: str = "", *, permanent: bool = False) -> None:
        super().__init__(code, message)
        self.permanent = permanent
