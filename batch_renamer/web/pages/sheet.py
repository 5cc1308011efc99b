"""The page of an uploaded spreadsheet: what was understood, what to repair, and the way to a plan of its renames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

import anyio.to_thread
from aiohttp import web

from batch_renamer.errors import InputError, SettingsError
from batch_renamer.jobs import SheetSource, source_of
from batch_renamer.settings import Settings
from batch_renamer.web.access import json_of, parts_of
from batch_renamer.web.accounts import Account
from batch_renamer.web.pages.fragments import fragment
from batch_renamer.web.pages.sheet_fields import as_fields
from batch_renamer.web.pages.sheet_view import SheetView
from batch_renamer.web.uploads import CheckedSheet, ReadingOptions, Upload
from batch_renamer.web.workspace import Workspace

__all__ = ["correct_reading", "plan_renames", "receive_spreadsheet", "show_spreadsheet", "stop_reading"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """A spreadsheet with the account that it is for; ``settings`` are those of a job, None where they can't be used."""

    upload: Upload
    account: Account
    accounts: tuple[Account, ...]
    settings: Settings | None
    trouble: str = ""


async def receive_spreadsheet(request: web.Request, workspace: Workspace) -> web.Response:
    """Store the spreadsheet in the body, and answer where its page is; the header ``X-File-Name`` has its name."""
    account = request.query.get("account", "")
    upload = await workspace.uploads.receive(
        parts_of(request),
        name=unquote(request.headers.get("X-File-Name", ""), errors="replace"),
        account=account or await anyio.to_thread.run_sync(_usual_account, workspace),
        length=request.content_length,
    )
    return web.json_response({"go": f"/sheets/{upload.id}"})


async def show_spreadsheet(request: web.Request, workspace: Workspace) -> web.Response:
    """Show what was understood of a spreadsheet, and how to correct and repair it."""
    given = await anyio.to_thread.run_sync(_given, workspace, request.match_info["sheet"])
    checked = await _checked(request, workspace, given)
    view = SheetView(upload=given.upload, account=given.account, accounts=given.accounts, checked=checked)
    return fragment("sheet.html.j2", view=view, account=given.account)


async def correct_reading(request: web.Request, workspace: Workspace) -> web.Response:
    """Write down how the spreadsheet is to be read, from the fields of the page."""
    fields = await json_of(request)
    account = await anyio.to_thread.run_sync(_account_for, workspace, request.match_info["sheet"], fields)
    upload = await workspace.uploads.with_reading(
        request.match_info["sheet"], ReadingOptions.of(fields), account=account.name
    )
    # As after a move, so that what is understood now comes into sight.
    return web.json_response({"go": f"/sheets/{upload.id}"})


async def plan_renames(request: web.Request, workspace: Workspace) -> web.Response:
    """Begin to plan the renames of a spreadsheet, and answer where the page of its run is."""
    fields = await json_of(request)
    given = await anyio.to_thread.run_sync(_given, workspace, request.match_info["sheet"])
    _refuse_other_fields(given, fields)
    if given.settings is None:
        raise SettingsError(given.trouble)
    given.account.usable()
    checked = await _checked(request, workspace, given)
    if not checked.ready:
        raise InputError("There is nothing to rename in this spreadsheet yet. Correct how it is read, or repair it.")
    source = await anyio.to_thread.run_sync(_source, given.upload, given.settings)
    run_id = await workspace.jobs.plan(given.account, source, settings=given.settings)
    return web.json_response({"go": f"/runs/{run_id}"})


async def stop_reading(request: web.Request, workspace: Workspace) -> web.Response:
    """Stop a plan whose spreadsheet is still being read; when it has been read, the page of its run stops it.

    Raises:
        InputError: no plan is reading it.
    """
    upload = await anyio.to_thread.run_sync(workspace.uploads.get, request.match_info["sheet"])
    if not workspace.jobs.stop_reading(upload.path):
        raise InputError("This spreadsheet is not being read for a plan at this moment.")
    return web.json_response({})


def _source(upload: Upload, settings: Settings) -> SheetSource:
    return source_of(upload.path, settings, unattended=False, label=upload.name)


async def _checked(request: web.Request, workspace: Workspace, given: _Given) -> CheckedSheet:
    if given.settings is None:
        return CheckedSheet(trouble=given.trouble)

    def is_wanted() -> bool:
        return request.transport is not None and not request.transport.is_closing()

    return await workspace.sheet_checks.of(given.upload, given.settings, is_wanted=is_wanted)


def _given(workspace: Workspace, upload_id: str) -> _Given:
    """Return a spreadsheet with its account and settings. Must not be called in the event loop.

    Raises:
        InputError: there is no such spreadsheet.
    """
    upload = workspace.uploads.get(upload_id)
    accounts = tuple(workspace.accounts.all())
    account = _account(workspace, accounts, upload)
    try:
        settings, trouble = workspace.accounts.settings(account, upload.reading.chosen()), ""
    except SettingsError as error:
        settings, trouble = None, as_fields(str(error))
    if upload.account not in ("", account.name):
        settings = None
        trouble = (
            f'The configuration has no account "{upload.account}" any more. '
            f'To use the account "{account.title}", press "Read it again".'
        )
    return _Given(upload=upload, account=account, accounts=accounts, settings=settings, trouble=trouble)


def _usual_account(workspace: Workspace) -> str:
    """Return the name of the account that a spreadsheet is for where the request names none."""
    return workspace.accounts.default.name


def _account(workspace: Workspace, accounts: Sequence[Account], upload: Upload) -> Account:
    """Return the account that a spreadsheet is for; the usual one where there is no such account any more."""
    found = next((one for one in accounts if one.name == upload.account), None)
    return workspace.accounts.default if found is None else found


def _account_for(workspace: Workspace, upload_id: str, fields: Mapping[str, object]) -> Account:
    """Return the account that the fields name, or else the one shown; refuse fields by which nothing could be read.

    Must not be called in the event loop.

    Raises:
        InputError: there is no such spreadsheet, or no such account.
        SettingsError: a field can't be used; the text says why.
    """
    upload = workspace.uploads.get(upload_id)
    name = fields.get("account")
    if isinstance(name, str):
        account = workspace.accounts.get(name)
    else:
        account = _account(workspace, workspace.accounts.all(), upload)
    try:
        workspace.accounts.settings(account, ReadingOptions.of(fields).chosen())
    except SettingsError as error:
        raise SettingsError(as_fields(str(error))) from None
    return account


def _refuse_other_fields(given: _Given, fields: Mapping[str, object]) -> None:
    """Refuse to plan what the page does not show: fields were changed, here or in another tab.

    Raises:
        InputError: they were.
    """
    if not fields:
        return
    same_account = fields.get("account", given.account.name) == given.account.name
    if ReadingOptions.of(fields) != given.upload.reading or not same_account:
        raise InputError('You changed how it is read. Press "Read it again", and look at the result first.')
