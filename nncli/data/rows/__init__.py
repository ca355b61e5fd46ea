"""Rows as a source reads them, before preprocessing."""

from nncli.data.rows.array_rows import array_preview as array_preview
from nncli.data.rows.array_rows import array_rows as array_rows
from nncli.data.rows.preview import Preview as Preview
from nncli.data.rows.raw_rows import NotLoaded as NotLoaded
from nncli.data.rows.raw_rows import Rows as Rows

Unread, Glance, array_glance = NotLoaded, Preview, array_preview  # former names, which plugins may still use
