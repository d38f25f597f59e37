"""Where a run's records go: into files under other names until all of them are done, and in an order that never varies.

Everything is added to a part file beside the output, a segment at a time, so that a journal can say how long the part file
is for certain: what is longer was being written when the run ended, and is cut off.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

from bodycopy.corpus import shapes, tables
from bodycopy.corpus.records import Rejected, Result
from bodycopy.corpus.streams import compressed, compression
from bodycopy.inputs import sync_folder, write_file

if TYPE_CHECKING:
    import pyarrow as pa

    from bodycopy.corpus.records import Place

# A row group of a Parquet file.
_GROUP_ROWS = 20_000
_GROUP_BYTES = 1 << 26

Origin = tuple["Place", str | None]


class Outlet(Protocol):
    """Takes results, and makes them certain a segment at a time."""

    def start(self, length: int) -> None:
        """Go on from a part file of this length, 0 for none."""

    def add(self, result: Result) -> list[Rejected]:
        """Take the outputs of one chunk; those that do not fit are given back as rejects, without the record."""

    def commit(self) -> int:
        """Put what was taken on the disk; the part file's length."""

    def finish(self) -> None:
        """Give the output its name, all of it being there. Does no harm the second time."""

    def close(self) -> None:
        """Close what is open."""


class PartFile:
    """A file that grows by whole segments and gets its name in the end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.part = path.with_name(path.name + ".part")
        self._file: IO[bytes] | None = None
        self.length = 0

    def start(self, length: int) -> None:
        """Open the part file and cut off what is beyond ``length``. ``OSError`` where it is shorter."""
        file = open(self.part, "r+b" if length else "wb")  # noqa: SIM115 - open as long as the run
        file.truncate(length)
        if file.seek(0, os.SEEK_END) != length:
            file.close()
            raise OSError(0, "the part file is shorter than its journal says: start anew with --force", str(self.part))
        self._file, self.length = file, length

    def append(self, data: bytes) -> int:
        """Add bytes and see that they are on the disk; the new length."""
        if self._file is not None and data:
            self._file.write(data)
            self._file.flush()
            os.fsync(self._file.fileno())
            self.length += len(data)
        return self.length

    def close(self) -> None:
        """Close the part file."""
        if self._file is not None:
            with contextlib.suppress(OSError):  # of what it holds nothing counts that was not put on the disk
                self._file.close()
            self._file = None

    def finish(self, *, empty: bool = True) -> None:
        """Give the file its name; one without content goes, unless it may be ``empty``."""
        self.close()
        if self.part.exists():
            if empty or self.part.stat().st_size:
                os.replace(self.part, self.path)
                sync_folder(self.path.parent)
            else:
                self.part.unlink()


class Lines:
    """Lines of JSON in one file, plain or compressed: each segment is a member (gzip) or frame (zstd) of its own."""

    def __init__(self, path: Path) -> None:
        self._file = PartFile(path)
        self._compression = compression(path)
        self._held: list[bytes] = []

    def start(self, length: int) -> None:  # noqa: D102 - as Outlet says
        self._file.start(length)

    def add(self, result: Result) -> list[Rejected]:  # noqa: D102
        self._held += result.outputs
        return []

    def commit(self) -> int:  # noqa: D102
        data = b"".join(self._held)
        self._held = []
        return self._file.append(compressed(data, self._compression) if data else b"")

    def finish(self) -> None:  # noqa: D102
        self._file.finish()

    def close(self) -> None:  # noqa: D102
        self._file.close()


class Files:
    """One file for each input file, in a folder. Each is written whole or not at all, and at once.

    That of an earlier run goes where its page is rejected now: it would look as if it were this run's.
    """

    def __init__(self, outputs: Mapping[str, Path]) -> None:
        self._outputs = outputs

    def start(self, length: int) -> None:  # noqa: D102
        pass

    def add(self, result: Result) -> list[Rejected]:  # noqa: D102
        for (_, name), data in zip(result.origins, result.outputs, strict=True):
            write_file(self._outputs[name or ""], data, alone=True)
        for rejected in result.rejects:
            self._outputs[rejected.id or ""].unlink(missing_ok=True)
        return []

    def commit(self) -> int:  # noqa: D102
        return 0

    def finish(self) -> None:  # noqa: D102
        pass

    def close(self) -> None:  # noqa: D102
        pass


class Table:
    """A Parquet file, gathered in a file of Arrow streams that a run can be cut short in; written in the end.

    The first segment fixes the columns and their types; a record that does not fit is rejected.
    """

    def __init__(self, path: Path, *, of_rows: bool) -> None:
        self._path = path
        self._spool = PartFile(path.with_name(path.name + ".rows"))
        self._of_rows = of_rows
        self._schema: pa.Schema | None = None
        self._held: list[pa.RecordBatch] = []

    def start(self, length: int) -> None:  # noqa: D102
        self._spool.start(length)
        if length:
            self._schema = next(self._batches()).schema

    def add(self, result: Result) -> list[Rejected]:  # noqa: D102
        if self._of_rows:
            return self._take_batch(tables.from_bytes(result.outputs[0]), result.origins) if result.outputs else []
        return self._take([json.loads(line) for line in result.outputs], result.origins) if result.outputs else []

    def _take_batch(self, batch: pa.RecordBatch, origins: Sequence[Origin]) -> list[Rejected]:
        """Take a batch in the columns of the first one, whatever their order; one that has others is given back."""
        if self._schema is None:
            self._schema = batch.schema
        try:
            self._held.append(shapes.fitted(batch, self._schema))
        except shapes.UNFIT as error:
            reason = f"does not fit the table: {str(error).splitlines()[0]}"
            return [Rejected(place, identity, reason, None) for place, identity in origins]
        return []

    def _take(self, rows: Sequence[Mapping[str, Any]], origins: Sequence[Origin]) -> list[Rejected]:
        pa = tables.need_arrow()
        if self._schema is None:
            self._schema = shapes.schema_of(rows)
        fit: list[Mapping[str, Any]] = []
        rejects: list[Rejected] = []
        for row, (place, identity) in zip(rows, origins, strict=True):
            try:
                shapes.check_row(row, self._schema)
            except shapes.UNFIT as error:
                reason = f"does not fit the table: {str(error).splitlines()[0]}"
                rejects.append(Rejected(place, identity, reason, None))
            else:
                fit.append(row)
        self._held.append(pa.RecordBatch.from_pylist(fit, schema=self._schema))
        return rejects

    def commit(self) -> int:  # noqa: D102
        pa = tables.need_arrow()
        held, self._held = [batch for batch in self._held if len(batch)], []
        if not held:
            return self._spool.append(b"")
        whole = pa.Table.from_batches(held).combine_chunks().to_batches()
        return self._spool.append(b"".join(map(tables.to_bytes, whole)))

    def _batches(self) -> Any:
        pa = tables.need_arrow()
        with open(self._spool.part, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            while file.tell() < size:
                yield from pa.ipc.open_stream(file)

    def finish(self) -> None:  # noqa: D102
        self._spool.close()
        if not self._spool.part.exists():
            return
        whole = self._path.with_name(self._path.name + ".part")
        self._assemble(whole)
        os.replace(whole, self._path)
        sync_folder(self._path.parent)
        self._spool.part.unlink()

    def _assemble(self, path: Path) -> None:
        pa, parquet = tables.need_arrow(), tables.need_arrow("pyarrow.parquet")
        held: list[Any] = []
        schema = next((batch.schema for batch in self._batches()), pa.schema([("text", pa.string())]))
        with open(path, "wb") as file:
            with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
                for batch in self._batches():
                    held.append(batch)
                    if sum(map(len, held)) >= _GROUP_ROWS or sum(b.nbytes for b in held) >= _GROUP_BYTES:
                        writer.write_table(pa.Table.from_batches(held, schema))
                        held = []
                if held:
                    writer.write_table(pa.Table.from_batches(held, schema))
            file.flush()
            os.fsync(file.fileno())

    def close(self) -> None:  # noqa: D102
        self._spool.close()
