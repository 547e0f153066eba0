"""All that a rule may import: the shape of a rule, of a claim, and what it may look at."""

from __future__ import annotations

from reviewbot.claim import Claim as Claim
from reviewbot.claim import Need as Need
from reviewbot.claim import Note as Note
from reviewbot.claim import Rule as Rule
from reviewbot.csource import syntax as syntax
from reviewbot.csource.events import Bare as Bare
from reviewbot.csource.events import Call as Call
from reviewbot.csource.events import Exit as Exit
from reviewbot.csource.events import Site as Site
from reviewbot.csource.events import Use as Use
from reviewbot.csource.facts import Fact as Fact
from reviewbot.csource.facts import Facts as Facts
from reviewbot.csource.facts import Failure as Failure
from reviewbot.csource.facts import Kind as Kind
from reviewbot.csource.facts import Resource as Resource
from reviewbot.csource.habit import Habit as Habit
from reviewbot.csource.habit import member_habit as member_habit
from reviewbot.csource.leaks import Leak as Leak
from reviewbot.csource.leaks import Sure as Sure
from reviewbot.csource.leaks import fails as fails
from reviewbot.csource.leaks import leaks as leaks
from reviewbot.csource.lockorder import Lock as Lock
from reviewbot.csource.lockorder import Order as Order
from reviewbot.csource.lockorder import against as against
from reviewbot.csource.lockorder import called_back_under as called_back_under
from reviewbot.csource.lockorder import orders as orders
from reviewbot.csource.pairs import undoer as undoer
from reviewbot.csource.pairs import undoers as undoers
from reviewbot.csource.paths import Paths as Paths
from reviewbot.csource.sight import Side as Side
from reviewbot.csource.sight import Sight as Sight
from reviewbot.csource.tails import dropped as dropped
from reviewbot.csource.values import Held as Held
from reviewbot.model import Confidence as Confidence
from reviewbot.model import Severity as Severity
from reviewbot.telling import leak_claim as leak_claim
from reviewbot.telling import undone_claim as undone_claim
from reviewbot.telling import use_claim as use_claim
