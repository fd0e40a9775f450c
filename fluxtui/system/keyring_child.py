"""The keyring of the system, asked in a process of its own: it can wait for a window that nobody sees.

Run as `python -m fluxtui.system.keyring_child WHAT SERVICE ENTRY` with WHAT of
`state`, `get`, `set` or `delete`.
The key to set comes on standard input; the answer is one line of JSON on standard output: `outcome`, and
`name` of the back-end or `key` where there is one. Nothing else of what a back-end says is handed on.

Source: keyring 25.7 and SecretStorage 3.5, their back-ends and errors, read 2026-11.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

_NONE = ("keyring.backends.fail", "keyring.backends.null")
_PLAIN = ("keyrings.alt.file", "keyrings.alt.file_base", "keyrings.alt.multi", "keyrings.alt.pyfs")
_LEAST_PRIORITY = 1
"""What the package itself recommends; files with keys in plain text are below."""
_TITLES = {
    "keyring.backends.SecretService": "Secret Service",
    "keyring.backends.libsecret": "Secret Service",
    "keyring.backends.kwallet": "KWallet",
    "keyring.backends.macOS": "macOS Keychain",
}


def main(arguments: list[str]) -> int:
    """Do what the arguments say and print the answer."""
    what, service, entry = arguments
    # Whatever a back-end prints must not mix with the answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        answer = _done(what, service, entry)
    except Exception as error:
        answer = {"outcome": _outcome(error), "kind": type(error).__name__}
    print(json.dumps(answer), file=answers, flush=True)
    return 0


def _done(what: str, service: str, entry: str) -> dict[str, str]:
    try:
        backend, outcome = _backend()
    except Exception as error:
        return {"outcome": "broken", "kind": type(error).__name__}
    if backend is None:
        return {"outcome": outcome}
    if what == "state":
        return {"outcome": "usable", "name": _title(backend)}
    if what == "get":
        key = backend.get_password(service, entry)
        return {"outcome": "missing"} if key is None else {"outcome": "found", "key": key}
    if what == "set":
        key = sys.stdin.read()
        backend.set_password(service, entry, key)
        return {"outcome": "done" if backend.get_password(service, entry) == key else "not kept"}
    if backend.get_password(service, entry) is None:
        return {"outcome": "missing"}
    backend.delete_password(service, entry)
    return {"outcome": "done"}


def _backend() -> tuple[Any, str]:
    """Return the back-end that keeps secrets safely, or None and why there is none."""
    import keyring
    from keyring.backends.chainer import ChainerBackend

    found = keyring.get_keyring()
    chosen = list(found.backends) if isinstance(found, ChainerBackend) else [found]
    for backend in chosen:
        if _is_safe(backend):
            return backend, "usable"
    modules = {type(backend).__module__ for backend in chosen}
    return None, "none" if modules <= set(_NONE) else "unsafe"


def _is_safe(backend: Any) -> bool:
    module, name = type(backend).__module__, type(backend).__name__.lower()
    if module in (*_NONE, *_PLAIN) or "plaintext" in name:
        return False
    try:
        return float(backend.priority) >= _LEAST_PRIORITY
    except Exception:
        return False


def _title(backend: Any) -> str:
    return _TITLES.get(type(backend).__module__) or str(backend.name)


def _outcome(error: Exception) -> str:
    """Return in a word why the keyring did not do what it was asked."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    said = str(error).lower()
    if kinds & {"PromptDismissedException", "KeychainDenied"} or "denied" in said or "dismissed" in said:
        return "denied"
    if (
        kinds & {"KeyringLocked", "LockedException"}
        or "lock" in said
        or "failed to create the collection" in said
    ):
        return "locked"
    return "none" if kinds & {"NoKeyringError", "SecretServiceNotAvailableException"} else "failed"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
