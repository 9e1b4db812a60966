"""What a test cell reads, and who answers for each name: the learner's box or the judge itself."""

from __future__ import annotations

import ast
import builtins
import functools
import symtable
from collections.abc import Iterable, Iterator, Sequence


def plain_python(source: str) -> str:
    """Return a cell's code without Jupyter's own commands, for reading its names only."""
    lines = source.splitlines()
    return "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in lines)


@functools.lru_cache(maxsize=4096)
def names_read(source: str) -> frozenset[str]:
    """Return the names that a cell needs from elsewhere; empty for code that does not compile.

    Example:
        >>> sorted(names_read("total = sum(jobs)\\nassert abs(total - answer) < 1"))
        ['answer', 'jobs']
    """
    try:
        table = symtable.symtable(plain_python(source), "cell", "exec")
        tree = ast.parse(plain_python(source))
    except (SyntaxError, ValueError, RecursionError):
        return frozenset()
    assigned = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned()}
    assigned |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_imported()}
    read = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    read |= set(_global_reads(table))
    first_read = {name for name in read & assigned if _read_before_set(tree.body, name)}
    return frozenset((read - assigned) | first_read) - set(dir(builtins))


def _global_reads(table: symtable.SymbolTable) -> Iterator[str]:
    for child in table.get_children():
        for symbol in child.get_symbols():
            if symbol.is_global() and symbol.is_referenced():
                yield symbol.get_name()
        yield from _global_reads(child)


def _read_before_set(body: Sequence[ast.stmt], name: str) -> bool:
    """Say whether the first statement that has the name reads it, as in `x = x + 1`."""
    for statement in body:
        found = [n for n in ast.walk(statement) if isinstance(n, ast.Name) and n.id == name]
        if found:
            return _reads_first(statement, name, found)
        if name in _bound_by(statement):
            return False
    return False


def _reads_first(statement: ast.stmt, name: str, found: list[ast.Name]) -> bool:
    if isinstance(statement, ast.AugAssign):
        return True
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        return any(isinstance(node.ctx, ast.Load) for node in found)
    if isinstance(statement, ast.For):
        if any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(statement.iter)):
            return True
        target = {n.id for n in ast.walk(statement.target) if isinstance(n, ast.Name)}
        return name not in target and _read_before_set(statement.body, name)
    first = min(found, key=lambda node: (node.lineno, node.col_offset))
    return isinstance(first.ctx, ast.Load)


@functools.lru_cache(maxsize=4096)
def names_set(source: str) -> frozenset[str]:
    """Return the names that a cell binds or writes into, as `plan["x"] = 1` writes into plan.

    Example:
        >>> sorted(names_set("import math\\nplan['x'] = 1\\nfirst, second = 1, 2"))
        ['first', 'math', 'plan', 'second']
    """
    try:
        tree = ast.parse(plain_python(source))
    except (SyntaxError, ValueError, RecursionError):
        return frozenset()
    return frozenset(name for statement in tree.body for name in _bound_by(statement))


def _bound_by(statement: ast.stmt) -> set[str]:
    """Return what a statement binds on the cell's own level."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(item.asname or item.name).partition(".")[0] for item in statement.names}
    bound: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
        elif isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            root = node.value
            while isinstance(root, ast.Subscript | ast.Attribute):
                root = root.value
            if isinstance(root, ast.Name):
                bound.add(root.id)
    return bound


def imports(sources: Iterable[str]) -> dict[str, str]:
    """Return for each imported name the statement that imports it.

    Example:
        >>> imports(["import numpy as np", "from math import isclose"])
        {'np': 'import numpy as np', 'isclose': 'from math import isclose'}
    """
    found: dict[str, str] = {}
    for source in sources:
        try:
            tree = ast.parse(plain_python(source))
        except (SyntaxError, ValueError, RecursionError):
            continue
        for statement in tree.body:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                text = ast.unparse(statement)
                found.update(dict.fromkeys(_bound_by(statement), text))
    return found
