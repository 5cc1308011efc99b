"""The values that packages exchange: rows, orders, outcomes and what a report shows. All are frozen; no I/O."""

from __future__ import annotations

from batch_renamer.model.deliveries import Delivery, NoticeKind, Told
from batch_renamer.model.exported import EXPORT_COLUMNS
from batch_renamer.model.nights import FileEnd, Night, NightFile, NightKind, worst_exit_code
from batch_renamer.model.orders import Change, Found, Missing, Order, Reading, Unreadable
from batch_renamer.model.outcomes import BAD_RESULTS, Outcome, Result, SettledRow, Unsettled
from batch_renamer.model.own_sheet import (
    COLUMNS_BACK,
    SheetPlace,
    WrittenBack,
    is_of_columns_back,
    place_of_columns_back,
)
from batch_renamer.model.reporting import (
    COLUMNS,
    Forecast,
    Picture,
    Pictures,
    ReasonGroup,
    ReportLine,
    ReportRow,
    RunSummary,
    WarningGroup,
)
from batch_renamer.model.row_choice import ALL_ROWS, LEFT_OUT_MARK, ColumnText, LeftOut, RowChoice, RowNumbers
from batch_renamer.model.rows import BLANK_NAME, HERE, HIDDEN_ROW, RenameRequest, RowProblem, Understood
from batch_renamer.model.run_facts import GivenSetting, ResultMeaning, RunFacts, Weight
from batch_renamer.model.timeline import Second
from batch_renamer.model.waiting import waiting_since

__all__ = [
    "ALL_ROWS",
    "BAD_RESULTS",
    "BLANK_NAME",
    "COLUMNS",
    "COLUMNS_BACK",
    "EXPORT_COLUMNS",
    "HERE",
    "HIDDEN_ROW",
    "LEFT_OUT_MARK",
    "Change",
    "ColumnText",
    "Delivery",
    "FileEnd",
    "Forecast",
    "Found",
    "GivenSetting",
    "LeftOut",
    "Missing",
    "Night",
    "NightFile",
    "NightKind",
    "NoticeKind",
    "Order",
    "Outcome",
    "Picture",
    "Pictures",
    "Reading",
    "ReasonGroup",
    "RenameRequest",
    "ReportLine",
    "ReportRow",
    "Result",
    "ResultMeaning",
    "RowChoice",
    "RowNumbers",
    "RowProblem",
    "RunFacts",
    "RunSummary",
    "Second",
    "SettledRow",
    "SheetPlace",
    "Told",
    "Understood",
    "Unreadable",
    "Unsettled",
    "WarningGroup",
    "Weight",
    "WrittenBack",
    "is_of_columns_back",
    "place_of_columns_back",
    "waiting_since",
    "worst_exit_code",
]
