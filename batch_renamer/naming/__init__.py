"""Makes new names by rule and says which rule a name breaks. Pure: it knows no sheet, no API and no journal.

::

    template     a name from the columns of a row
    replacing    a name from the current name
    house_rules  why a name is not allowed
    same_names   orders that would have the same name
    rules        all of this as one value, which the journal keeps with the run
"""

from __future__ import annotations

from batch_renamer.naming.house_rules import HouseRules
from batch_renamer.naming.replacing import Replacing
from batch_renamer.naming.rules import NamingRules
from batch_renamer.naming.same_names import Renamed, number, share_names
from batch_renamer.naming.template import CURRENT_NAME, Filled, Template

__all__ = [
    "CURRENT_NAME",
    "Filled",
    "HouseRules",
    "NamingRules",
    "Renamed",
    "Replacing",
    "Template",
    "number",
    "share_names",
]
