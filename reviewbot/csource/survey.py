"""What a function's text tells of its names, before any path is walked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reviewbot.csource import syntax as c
from reviewbot.csource.callshape import pointed
from reviewbot.csource.cfg import Graph, Node
from reviewbot.csource.conditions import constant_mask, errno_compared, read_test
from reviewbot.csource.summaries import Known
from reviewbot.csource.values import ANY


class Survey:
    """One pass over a function's text, before any path is walked.

    `locals` are the names declared in sight, `pointers` what is a pointer, `tested` the texts
    that conditions ask for, `null_tested` those that may be asked whether they are NULL,
    `errnos_asked` what is compared with an errno by its name, `tracked` the texts whose masks are
    worth keeping, `returned` the variables that are returned somewhere. `makers` are the calls
    that are assigned to a place, `stored_as` the members that a variable is written to, with
    the lines, `passing` the array elements that are named only once, `unsteady` what is written
    more than once, `swept` the variables that a macro declares and cleans up, `own_structs` the
    structs of the function itself, `aliases` the local names of paths.
    """

    def __init__(self, graph: Graph, known: Known) -> None:
        """`known` tells what is known of a callee."""
        self._graph = graph
        self._function = graph.function
        self._known = known
        self._tests: Counter[str] = Counter()
        self._constants: set[str] = set()
        self._writes: Counter[str] = Counter()
        self._paths: dict[str, str] = {}
        self._dereferenced: set[str] = set()
        self._returned: set[str] = set()
        self._written: set[str] = set()
        self._elements: Counter[str] = Counter()
        self.locals: set[str] = set()
        self.pointers: set[str] = set()
        self.null_tested: set[str] = set()
        self.errnos_asked: set[str] = set()
        self.makers: dict[str, list[c.Expr]] = {}
        self.stored_as: dict[str, dict[str, int]] = {}
        self._read()
        self.tested = frozenset(self._tests)
        self.tracked = frozenset(self._worth_keeping())
        self.returned = frozenset(name for name in self._all_returned() if name.isidentifier())
        self.passing = {text for text, count in self._elements.items() if count == 1}
        self.unsteady = {name for name, count in self._writes.items() if count > 1}
        self.swept = self._declared_by_macros()
        self.own_structs = frozenset(self.locals - self.pointers | self._made_by_macros())
        self.aliases = {
            name: text
            for name, text in self._paths.items()
            if self._writes[name] == 1 and name in self.locals
        }

    def _read(self) -> None:
        for parameter in self._function.params:
            self._writes[parameter.name] += 1
            self.locals.add(parameter.name)
            if parameter.pointer:
                self.pointers.add(parameter.name)
        for stmt in self._function.statements:
            self._statement(stmt)
        for expr in self._function.expressions:
            if expr.parts:
                self._expression(expr)
        for node in self._graph.nodes:
            if node.kind == "cond" and node.expr is not None:
                self._test(node.expr)
            if node.kind == "switch" and node.expr is not None:
                self._cases(node.expr.text, node)

    def _worth_keeping(self) -> Iterator[str]:
        """What is tested more than once, followed, compared in two ways, or returned."""
        for text, count in self._tests.items():
            if count > 1 or text in self._constants or text in self._dereferenced:
                yield text
            if (less := text.replace("==", "<")) in self._tests:
                yield less
        yield from self._returned

    def _all_returned(self) -> set[str]:
        whole = self._function.whole
        return self._returned if whole else self._returned | set(self._verdicts())

    def _made_by_macros(self) -> set[str]:
        """Structs like that of `LIST_HEAD(done);`."""
        calls = self._function.calls
        return {arg.text for call in calls if call.name.isupper() for arg in call.args[:1]}

    def _declared_by_macros(self) -> set[str]:
        """Variables that only a macro can have declared (`FOO_AUTO_FREE(p);`), to clean them up."""
        named = {
            arg.name
            for expr in self._function.expressions
            if expr.kind == "call" and expr.name.isupper() and len(expr.args) == 1
            for arg in expr.args
            if arg.kind == "name"
        }
        return named - self.locals if self._function.whole else set()

    def _verdicts(self) -> Iterator[str]:
        """What is likely to be returned where that is not shown: `if (ret) goto out;`.

        It is what a call has said, and no pointer.
        """
        for stmt in self._function.statements:
            if not isinstance(stmt, c.If) or not _jumps(stmt):
                continue
            test = read_test(stmt.cond)
            plain = test is not None and test.expr.kind == "name" and test.key == test.expr.name
            if test is not None and plain and test.key in self._written - self.pointers:
                yield test.key

    def _test(self, expr: c.Expr) -> None:
        compared = errno_compared(expr)
        if compared is not None:
            self.errnos_asked.add(compared[0])
        test = read_test(expr)
        if test is None:
            return
        self._tests[test.key] += 1
        if test.key in self.pointers or test.expr.kind == "member":
            self.null_tested.add(test.key)

    def _cases(self, text: str, node: Node) -> None:
        for _, edge in node.next:
            if isinstance(edge, c.Case) and edge.value is not None:
                self._tests[f"{text}=={edge.value.text}"] += 1

    def _statement(self, stmt: c.Stmt) -> None:
        if isinstance(stmt, c.Declare):
            self.locals.add(stmt.name)
            if stmt.pointer:
                self.pointers.add(stmt.name)
            if stmt.value is not None:
                self._write(stmt.name, stmt.value)
        if isinstance(stmt, c.Return) and stmt.value is not None:
            self._returned.add(stmt.value.bare.text)
            if stmt.value.bare.name in ("dev_err_probe", "ERR_PTR"):
                self._returned |= {arg.text for arg in stmt.value.bare.args if arg.kind == "name"}
        if isinstance(stmt, c.Iterate):
            for arg in stmt.args:
                self._writes[arg.text] += 2

    def _expression(self, expr: c.Expr) -> None:
        if expr.kind == "assign":
            if expr.op == "=":
                self._write(expr.parts[0].text, expr.parts[1])
            else:
                self._writes[expr.parts[0].text] += 2
        elif expr.kind == "postfix" or (expr.kind == "unary" and expr.op in ("++", "--", "&")):
            self._writes[expr.parts[0].text] += 2
        elif expr.kind == "conditional":
            for leaf in _leaves(expr.parts[0]):
                self._test(leaf)
        elif expr.kind == "member" and expr.op == "->":
            self._dereferenced.add(expr.parts[0].bare.text)
            self._pointer(expr.parts[0].bare)
        elif expr.kind == "unary" and expr.op == "*":
            self._pointer(expr.parts[0].bare)
        elif expr.kind == "index":
            self._elements[expr.text] += 1
        elif expr.kind == "call" and (fact := self._known(expr.name)) is not None:
            used = (expr.args[n - 1] for n in fact.uses if n <= len(expr.args))
            self._dereferenced |= {base.text for arg in used if (base := pointed(arg)) is not None}

    def _pointer(self, expr: c.Expr) -> None:
        """What is followed is a pointer, also where its declaration is not in sight."""
        if expr.kind == "name" and expr.name not in self.locals:
            self.pointers.add(expr.name)

    def _write(self, text: str, value: c.Expr) -> None:
        self._writes[text] += 1
        if value.bare.kind == "call":
            self._written.add(text)
        if constant_mask(value) != ANY:
            self._constants.add(text)
        bare = value.bare
        if bare.kind == "call":
            self.makers.setdefault(text, []).append(bare)
        if bare.kind == "member" or (bare.kind == "unary" and bare.op == "&"):
            if not any(e.kind in ("call", "index") for e in bare.walk()):
                self._paths[text] = bare.text
        elif bare.kind == "name" and bare.text in self._paths:
            self._paths[text] = self._paths[bare.text]
        for name in _named_by(bare) if not text.isidentifier() else ():
            self.stored_as.setdefault(name, {}).setdefault(text, bare.line)


def _named_by(value: c.Expr) -> tuple[str, ...]:
    """The variables whose value goes into another: n of `n`, and of `MKDEV(major, n)`."""
    if value.kind == "call" and value.name.isupper():
        return tuple(arg.name for arg in value.args if arg.kind == "name")
    return (value.text,) if value.kind == "name" else ()


def _leaves(cond: c.Expr) -> Iterator[c.Expr]:
    """What a condition asks one after the other: p and p->m of `p && !p->m`."""
    bare = cond.bare
    if bare.kind == "binary" and bare.op in ("&&", "||"):
        for part in bare.parts:
            yield from _leaves(part)
    else:
        yield cond


def _jumps(stmt: c.Stmt) -> bool:
    return any(isinstance(inner, c.Goto) for inner in c.statements(stmt))
