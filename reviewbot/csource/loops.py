"""What a path knows of a loop macro's variable as it goes round, and as it leaves the loop."""

from __future__ import annotations

from reviewbot.csource import syntax as c
from reviewbot.csource.cfg import Node
from reviewbot.csource.freed import LOOPING, UNDER
from reviewbot.csource.hanging import UNLINKED
from reviewbot.csource.made import Made
from reviewbot.csource.scene import Scene
from reviewbot.csource.values import UNSET, Held, State, Val, keyed

_RCU = keyed("rcu", "")


class Loops:
    """The loop macros of one function."""

    def __init__(self, scene: Scene, made: Made) -> None:
        self._scene = scene
        self._made = made

    def go_on(self, node: Node, state: State) -> list[State]:
        """The macro steps on to the next entry, or begins; `state` is changed."""
        stmt = node.stmt
        assert isinstance(stmt, c.Iterate)
        name = f"loop{node.id}"
        state.held.pop(name, None)  # the macro gives the last one back as it steps on
        known = self._scene.facts.iterators.get(stmt.macro)
        self._step_on(node, stmt, state)
        for number, arg in enumerate(stmt.args, 1):
            whole = known is not None and number < known.var and state.get(arg.text).inst != ""
            if arg.kind == "name" and number < 3 and not whole:
                state.forget(arg.text)  # the variable; an unknown macro may begin with it or not
            elif arg.kind == "name" and known is not None and number == known.var:
                state.forget(arg.text)
            for name in [e.name for e in arg.walk() if e.kind == "name"]:
                if state.get(name).mask == UNSET:
                    state.forget(name)
        return [state]

    def _step_on(self, node: Node, stmt: c.Iterate, state: State) -> None:
        """The macro reads the loop variable to find the next one, unless it is made for that."""
        known = self._scene.facts.iterators.get(stmt.macro)
        number = known.var if known is not None else 1
        if "_safe" in stmt.macro or len(stmt.args) < number or (known and known.removable):
            return
        name = stmt.args[number - 1].text
        inside = state.get(name + LOOPING).tested == node.id
        gone = next((v for n in (name, name + UNLINKED) if (v := state.get(n)).freed), None)
        if gone is not None and inside and not (known and known.resource):
            call = self._made.call(node, stmt.macro, stmt.args)
            self._scene.use("freed", stmt.args[number - 1], gone, state.trail, call)

    def enter(self, node: Node, state: State) -> State:
        """There is an entry: the loop's variable is it, and may hold a reference to it."""
        stmt = node.stmt
        assert isinstance(stmt, c.Iterate)
        known = self._scene.facts.iterators.get(stmt.macro)
        number = known.var if known is not None else 1
        name = stmt.args[number - 1].text if len(stmt.args) >= number else ""
        if name in self._scene.freeable or name in self._scene.unlinked:
            state = state.copy()
            state.set(name + LOOPING, Val(tested=node.id))
            if name in self._scene.borrowed and "_rcu" in stmt.macro and _RCU in state.held:
                state.set(name + UNDER, Val(tested=0))
        if known is None or not known.resource or known.scoped or len(stmt.args) < known.var:
            return state
        after = state.copy()
        variable = stmt.args[known.var - 1]
        site = self._scene.site(self._made.call(node, stmt.macro, stmt.args), variable.text)
        name = f"loop{node.id}"
        after.held[name] = Held(known.resource, site.id, variable.text)
        after.set(variable.text, Val(4, inst=name, origin=site.id))
        after.note(node, True, "acquire", site.id)
        return after

    def leave(self, node: Node, state: State) -> State:
        """The loop ran to its end: its variable is no entry of the list now."""
        stmt = node.stmt
        assert isinstance(stmt, c.Iterate)
        if not stmt.macro.startswith("list_for_each_entry") or stmt.args[0].kind != "name":
            return state
        after = state.copy()
        site = self._scene.site(self._made.call(node, stmt.macro, stmt.args), stmt.args[0].text)
        after.set(stmt.args[0].text, Val(freed=site.id))
        after.note(node, False, "done", site.id)
        return after

    def left_behind(self, state: State, following: Node) -> None:
        """A break or a goto leaves a loop: when it is entered again, it starts anew."""
        for name, val in list(state.vals.items()) if self._scene.loops_matter else ():
            loop = self._scene.graph.nodes[val.tested].stmt if name[-1] == LOOPING else None
            if loop is not None and not loop.line <= following.line <= loop.end_line:
                del state.vals[name]
