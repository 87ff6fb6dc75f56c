"""What tells a caller's function from every other: its code and all it is bound to.

Method
    The code is hashed as it was compiled, with all it refers to: the cells it closes
    over, its default arguments, the globals it names, what a partial, a method or an
    object that can be called carries. What is installed is told by name and version,
    any other object by its class and by what `pickle` would keep of it. What cannot
    be told so (a lock, an open file) is never the same twice: pictures made by it are
    made anew each time, since nobody could know them again.
"""

from __future__ import annotations

import hashlib
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

__all__ = ["told"]

_PLAIN = (bool, int, float, complex, str, bytes, type(None), type(Ellipsis))
# Of a class, what Python keeps there for itself.
_OWN = frozenset(
    [
        "__dict__",
        "__weakref__",
        "__doc__",
        "__dataclass_fields__",
        "__dataclass_params__",
        "__firstlineno__",
        "__static_attributes__",
        "_abc_impl",
    ]
)


def told(function: Callable[..., Any]) -> str:
    """Return a SHA-256 in hexadecimal that is another for any other function."""
    return _Teller().digest(function).hex()


class _Teller:
    """Hashes values by what they are made of, each once."""

    def __init__(self) -> None:
        # The values themselves keep their ids from being given to others.
        self._done: dict[int, tuple[bytes, Any]] = {}

    def digest(self, value: Any) -> bytes:
        """Return what tells a value."""
        kind = type(value)
        head = f"{kind.__module__}.{kind.__qualname__}"
        if kind in _PLAIN:
            return _hashed([head.encode(), repr(value).encode()])
        if id(value) not in self._done:
            # Met again inside itself, a value is told by its place alone.
            self._done[id(value)] = b"%d" % len(self._done), value
            parts = [self.digest(part) for part in _parts(value)]
            if kind in (set, frozenset):
                parts.sort()
            self._done[id(value)] = _hashed([head.encode(), *parts]), value
        return self._done[id(value)][0]


def _hashed(parts: Iterable[bytes]) -> bytes:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(b"%d:" % len(part) + part)
    return whole.digest()


def _parts(value: Any) -> list[Any]:
    """Return what a value is made of, all of it told in turn."""
    if isinstance(value, ModuleType):
        return [value.__name__, _version(value.__name__)]
    if isinstance(value, CodeType):
        names = [*value.co_names], [*value.co_varnames], [*value.co_freevars]
        kept = value.co_code, value.co_exceptiontable, value.co_flags
        return [*kept, *value.co_consts, *names]
    if isinstance(value, FunctionType | type) and _is_installed(value):
        return [value.__module__, value.__qualname__, _version(value.__module__)]
    if isinstance(value, FunctionType):
        bound = value.__defaults__, value.__kwdefaults__, vars(value)
        return [value.__code__, *_cells(value), *_reached(value), *bound]
    if isinstance(value, type):
        ours = {name: at for name, at in vars(value).items() if name not in _OWN}
        return [value.__qualname__, *value.__bases__, ours]
    if isinstance(value, MethodType):
        return [value.__func__, value.__self__]
    if isinstance(value, staticmethod | classmethod):
        return [value.__func__]
    if type(value) is property:
        return [value.fget, value.fset, value.fdel]
    if type(value) is dict:
        return [part for pair in value.items() for part in pair]
    if type(value) in (list, tuple, set, frozenset):
        return list(value)
    return _pickled(value)


def _cells(function: FunctionType) -> Iterator[Any]:
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:
            yield "empty"


def _reached(function: FunctionType) -> Iterator[Any]:
    """Yield the globals that a function names, and what it names in modules."""
    names = sorted(_names(function.__code__))
    for name in names:
        if name in function.__globals__:
            value = function.__globals__[name]
        elif name in sys.modules:
            value = sys.modules[name]
        else:
            continue
        yield name
        yield value
        if isinstance(value, ModuleType) and not _is_kept(value.__name__):
            yield [(at, vars(value)[at]) for at in names if at in vars(value)]


def _names(code: CodeType) -> set[str]:
    inner = (one for one in code.co_consts if isinstance(one, CodeType))
    return set(code.co_names).union(*map(_names, inner))


def _pickled(value: Any) -> list[Any]:
    """Return what pickle would keep of an object; something new if it cannot."""
    try:
        kept = value.__reduce_ex__(4)
    except Exception:
        return [secrets.token_bytes(16)]
    if isinstance(kept, str):
        # OpenCV's compiled functions do not say where they are from.
        module = value.__module__ or ""
        if not module or _is_kept(module):
            return [module, kept, _version(module)]
        return [kept, getattr(value, "__wrapped__", secrets.token_bytes(16))]
    made, arguments, *state = kept
    return [made, arguments, *(_listed(part) for part in state)]


def _listed(part: Any) -> Any:
    return list(part) if isinstance(part, Iterator) else part


def _is_installed(value: Any) -> bool:
    """Tell whether a function or class is one that an installed module names."""
    if not _is_kept(value.__module__):
        return False
    found: Any = sys.modules.get(value.__module__)
    for name in value.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is value


def _is_kept(module: str | None) -> bool:
    """Tell whether a module is installed, so that its version tells what it does."""
    root = (module or "").partition(".")[0]
    if root in ("builtins", __name__.partition(".")[0]):
        return True
    if root == "__main__":
        return False
    file = getattr(sys.modules.get(root), "__file__", None) or ""
    installed = "site-packages" in file or "dist-packages" in file
    return root in sys.stdlib_module_names or installed


def _version(module: str) -> str:
    root = module.partition(".")[0]
    return str(getattr(sys.modules.get(root), "__version__", ""))
