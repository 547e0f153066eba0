"""What guards and variables with clean-up do where their scope begins and where it ends."""

from __future__ import annotations

from typing import Literal

from reviewbot.csource import syntax as c
from reviewbot.csource.borrowing import leave_section
from reviewbot.csource.cfg import Node
from reviewbot.csource.effects import run
from reviewbot.csource.events import Site
from reviewbot.csource.facts import Kind
from reviewbot.csource.following import may_be_error
from reviewbot.csource.made import Made
from reviewbot.csource.scene import Scene
from reviewbot.csource.slips import note_guard_end, note_held
from reviewbot.csource.values import UNSET, Held, State, keyed


class Scopes:
    """The guards and clean-ups of one function."""

    def __init__(self, scene: Scene, made: Made) -> None:
        self._scene = scene
        self._made = made
        self._guards: dict[int, Site] = {}

    def guard(self, node: Node, state: State) -> list[State]:
        stmt = node.stmt
        assert isinstance(stmt, (c.Guard, c.Guarded))
        states = [state]
        for arg in stmt.args:
            states = run(self._scene, arg, states, node.id)
        guard = self._scene.facts.guards.get(stmt.type)
        if guard is None or guard.where == 0:
            return states
        call = self._made.call(node, stmt.macro, stmt.args, stmt.type)
        site = self._guards[id(stmt)] = self._scene.site(call, "")
        text = self._text(stmt)
        key = keyed(guard.resource, text)
        for after in states:
            self._scene.call(site, after)
            note_held(self._scene, site, not guard.conditional, after, key)
            after.held[key] = Held(guard.resource, site.id, text, scoped=True)
            after.note(node, None, "acquire", site.id)
        return states

    def _text(self, stmt: c.Guard | c.Guarded) -> str:
        guard = self._scene.facts.guards[stmt.type]
        resource = self._scene.resource(guard.resource)
        if resource is None or resource.singleton or len(stmt.args) < guard.where:
            return ""
        return self._scene.canonical(stmt.args[guard.where - 1])

    def cleanup(self, node: Node, state: State) -> None:
        stmt = node.stmt
        if isinstance(stmt, (c.Guard, c.Guarded)):
            guard = self._scene.facts.guards.get(stmt.type)
            if guard is not None:
                key = keyed(guard.resource, self._text(stmt))
                held = state.held.pop(key, None)
                if held is None and id(stmt) in self._guards:
                    note_guard_end(self._scene, self._guards[id(stmt)], guard.resource, key, state)
                elif held is not None and self._scene.borrowed:
                    resource = self._scene.resource(held.resource)
                    if resource is not None and resource.kind is Kind.CONTEXT:
                        leave_section(self._scene, state, held.site)
        elif isinstance(stmt, c.Declare):
            val = state.get(stmt.name)
            if val.freed or val.mask == UNSET:
                name = c.Expr("name", stmt.name, stmt.line, stmt.line, name=stmt.name)
                kind: Literal["again", "unset"] = "again" if val.freed else "unset"
                self._scene.use(kind, name, val, state.trail)
            elif may_be_error(self._scene, val) and not self._takes_errors(stmt.cleanup):
                self._scene.use("scoped", self._made.name(node, stmt), val, state.trail)
            state.held.pop(val.inst, None)

    def _takes_errors(self, cleanup: str) -> bool:
        """Whether a class of __free() tests for error pointers, or is not known."""
        known = self._scene.facts.frees.get(cleanup)
        return known is None or "err-ptr" in known.accepts
