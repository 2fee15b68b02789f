"""A file's bytes in the database, so that whichever process has time can go on with it."""

import tempfile
from typing import BinaryIO

import sqlalchemy as sa

from dialer.models import ImportPart
from dialer.models.database import Sessions
from dialer.selling.importing.layout import MEGABYTE, FileRefused


def store_parts(sessions: Sessions, import_id: int, file: BinaryIO) -> None:
    """Keep the bytes, a megabyte per transaction, so that nobody waits long for the database."""
    file.seek(0)
    position = 0
    while block := file.read(MEGABYTE):
        with sessions.write() as session:
            session.add(ImportPart(import_id=import_id, position=position, content=block))
        position += 1


def fetch_file(sessions: Sessions, import_id: int, size: int) -> BinaryIO:
    """The file again, on disk and without a name. Raises FileRefused if it is not all there."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever reads it closes it
    position = 0
    while block := read_part(sessions, import_id, position):
        file.write(block)
        position += 1
    if file.tell() != size:
        file.close()
        raise FileRefused("file_gone")
    file.seek(0)
    return file


def read_part(sessions: Sessions, import_id: int, position: int) -> bytes | None:
    """One piece."""
    with sessions.read() as session:
        return session.scalar(
            sa.select(ImportPart.content).where(
                ImportPart.import_id == import_id, ImportPart.position == position
            )
        )
