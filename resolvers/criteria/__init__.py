"""Criteria: who belongs to an audience, as a small JSON language, and as conditions of a statement.

`docs/reference/criteria.md` describes the language. `parse` makes a tree of it or says what is wrong and
where; `compile_criteria` makes a condition of the tree.
"""

from resolvers.criteria.condition import Compiling, Condition, compile_criteria
from resolvers.criteria.fields import FIELDS, FROM, Field, Source
from resolvers.criteria.parse import Parser, parse
from resolvers.criteria.tallies import joined
from resolvers.criteria.tree import All, Any, Comparison, Node, Not, Tally, clauses, holds

__all__ = [
    "FIELDS",
    "FROM",
    "All",
    "Any",
    "Comparison",
    "Compiling",
    "Condition",
    "Field",
    "Node",
    "Not",
    "Parser",
    "Source",
    "Tally",
    "clauses",
    "compile_criteria",
    "holds",
    "joined",
    "parse",
]
