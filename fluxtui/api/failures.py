"""Failures of the connection, and of the disk while something is fetched, as our errors."""

from __future__ import annotations

import ssl

import httpx

from fluxtui.domain.errors import NetworkDown, ServiceError, StorageError, TimedOut, UnexpectedAnswer

CHECK_NETWORK = "Check the network and the base URL of this profile."


def connection_error(
    error: httpx.HTTPError | TimeoutError, host: str, seconds: float, *, begun: bool
) -> ServiceError:
    """Return our error for a failed connection.

    Args:
        error: of the HTTP library; its text is not used, for it can hold addresses and headers.
        host: who was asked.
        seconds: the time-out that was in force.
        begun: whether anything of the request had left.
    """
    timed_out = isinstance(error, TimeoutError | httpx.TimeoutException)
    if timed_out and not begun:
        return NetworkDown(f"{host} could not be reached in time; nothing was sent.", next_step=CHECK_NETWORK)
    if timed_out:
        return TimedOut(f"{host} gave no answer within {seconds:g} seconds.")
    if _is_certificate_fault(error):
        return NetworkDown(
            f"The certificate of {host} is not valid; nothing was sent.", next_step=CHECK_NETWORK
        )
    if not begun:
        return NetworkDown(f"No connection to {host}; nothing was sent.", next_step=CHECK_NETWORK)
    if isinstance(error, httpx.ProtocolError | httpx.DecodingError):
        return UnexpectedAnswer(f"The answer of {host} broke off or could not be read.")
    return NetworkDown(f"The connection to {host} was lost.", next_step=CHECK_NETWORK)


def cannot_write(error: OSError) -> StorageError:
    """Return our error for a result that the disk does not take."""
    return StorageError(
        f"The result cannot be written: {error.strerror or 'unknown reason'}.",
        next_step="Make room; it is fetched again as long as the service keeps it.",
    )


def _is_certificate_fault(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
