"""Which columns of a DataFrame the program is sent, and how their values are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from claimgate._program import ClaimgateError

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame
    from pyspark.sql.types import DataType

_DATE_FIELDS = ("claim_line_start_date", "claim_line_end_date", "received_date", "birth_date")

# The layout's date formats as Spark writes them; names of months are put in capitals.
_DATE_PATTERNS = {
    "YYYY-MM-DD": "yyyy-MM-dd",
    "YYYYMMDD": "yyyyMMdd",
    "MM/DD/YYYY": "MM/dd/yyyy",
    "M/D/YYYY": "M/d/yyyy",
    "MM-DD-YYYY": "MM-dd-yyyy",
    "DD-MON-YYYY": "dd-MMM-yyyy",
    "DDMONYYYY": "ddMMMyyyy",
    "YYYY-MM-DDTHH:MM:SS": "yyyy-MM-dd'T'HH:mm:ss",
}

# A whole number below this is the same as a double.
_DOUBLE_WHOLE_MAX = 2**53

# A code as code sets have them, alone in its cell. Whatever else stands there goes to the program,
# which knows codes with something glued to them and codes that only look like one.
_OTHER_CODE = "^[0-9A-HJ-NP-Za-hj-np-z][0-9]{4}$"


@dataclass(frozen=True)
class SentColumn:
    """A column of the layout that the DataFrame has.

    Attributes:
        name: as the layout calls it.
        source: as the DataFrame does.
        date_format: of the layout, where the column holds dates; else None.
    """

    name: str
    source: str
    date_format: str | None


def _names_of(source: Mapping[str, Any], lines: int) -> Iterator[str]:
    for name in (source.get("column"), *source.get("also_named", ()), source.get("fallback")):
        if not isinstance(name, str):
            continue
        if "{n}" in name:
            yield from (name.replace("{n}", str(n)) for n in range(1, lines + 1))
        else:
            yield name


def check_layout(layout: Mapping[str, Any]) -> None:
    """Refuse a layout whose files differ in more than their columns.

    Raises:
        ClaimgateError: the layout is for files without a header, or with lines before it.
    """
    for key in ("skip_lines", "header_starts_with", "trailer", "record", "columns"):
        if key in layout:
            raise ClaimgateError(
                f"the layout {layout['name']} says {key}, which a table has not; give a layout "
                "whose files have a header and nothing but lines"
            )
    member = layout["fields"]["member_id"]
    if "fallback" in member or "map" in member or "fixed" in member:
        raise ClaimgateError(
            f"the layout {layout['name']} takes member_id from more than its column; lines are "
            "parted by that column, so write the member into it and take the rest out"
        )


def _columns_of(layout: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """The names of all columns that the layout reads, with the format of dates."""
    lines = layout.get("lines", {}).get("count", 0)
    for field, source in layout["fields"].items():
        date_format = source.get("date_format", layout["date_format"])
        for name in _names_of(source, lines):
            yield name, date_format if field in _DATE_FIELDS else None
    for rule in layout.get("only", ()):
        yield rule["column"], None


def _find(df: DataFrame, name: str) -> str | None:
    """The DataFrame's column of that name, in any letter case where no other has it exactly."""
    if name in df.columns:
        return name
    alike = [column for column in df.columns if column.lower() == name.lower()]
    return alike[0] if len(alike) == 1 else None


def sent_columns(
    df: DataFrame, layout: Mapping[str, Any], mapping: Mapping[str, str]
) -> list[SentColumn]:
    """The layout's columns that ``df`` has, under the names that ``mapping`` gives them there.

    Raises:
        ClaimgateError: ``mapping`` names a column that the layout or ``df`` has not.
    """
    found: dict[str, SentColumn] = {}
    wanted = dict(reversed(list(_columns_of(layout))))
    for name in mapping:
        if name not in wanted:
            raise ClaimgateError(
                f"mapping: the layout {layout['name']} has no column {name}; it has "
                + ", ".join(sorted(wanted))
            )
    for name, date_format in wanted.items():
        source = _find(df, mapping.get(name, name))
        if source is None and name in mapping:
            raise ClaimgateError(f"mapping: the table has no column {mapping[name]} for {name}")
        if source is not None:
            found[name] = SentColumn(name, source, date_format)
    return list(found.values())


def column(df: DataFrame, name: str) -> Column:
    """A column by its name as it is, whatever characters it has."""
    return df["`" + name.replace("`", "``") + "`"]


def _as_date(value: Column, kind: DataType, sent: SentColumn) -> Column:
    from pyspark.sql import functions as sf
    from pyspark.sql import types as st

    if isinstance(kind, (st.TimestampType, st.TimestampNTZType)):
        raise ClaimgateError(
            f"the column {sent.source} has times of day, so that its day depends on a time zone; "
            "make it a date, as .cast('date') does in the session's zone"
        )
    if not isinstance(kind, st.DateType):
        return value.cast("string")
    return sf.upper(sf.date_format(value, _DATE_PATTERNS[sent.date_format or "YYYY-MM-DD"]))


def as_text(df: DataFrame, sent: SentColumn) -> Column:
    """A column's values as a claim file would have them; null is blank.

    A whole number that is kept as a double is written without a point, as an id or a count of
    units must be.

    Raises:
        ClaimgateError: the column holds times where days are asked for, or lists or structures.
    """
    from pyspark.sql import functions as sf
    from pyspark.sql import types as st

    kind = df.schema[sent.source].dataType
    value = column(df, sent.source)
    if isinstance(kind, (st.ArrayType, st.MapType, st.StructType, st.BinaryType)):
        raise ClaimgateError(
            f"the column {sent.source} is of type {kind.simpleString()}; make it a string, a "
            "number or a date"
        )
    if sent.date_format is not None:
        return _as_date(value, kind, sent)
    if isinstance(kind, (st.DoubleType, st.FloatType)):
        exact = value.cast("double")
        # Not by floor, which under ANSI rules fails for what no bigint holds.
        is_whole = (exact % 1 == 0) & (sf.abs(exact) < sf.lit(float(_DOUBLE_WHOLE_MAX)))
        return sf.when(is_whole, exact.cast("bigint").cast("string")).otherwise(
            value.cast("string")
        )
    return value.cast("string")


def may_be_in_scope(
    df: DataFrame, layout: Mapping[str, Any], sent: Sequence[SentColumn], codes: Sequence[str]
) -> Column | None:
    """True for lines that the program might decide, so that no others travel; None: all might.

    What goes is a well-formed procedure code that the policy does not name. A cell that holds
    anything else is for the program to judge.
    """
    from pyspark.sql import functions as sf

    source = layout["fields"]["hcpcs_code"]
    if set(source) != {"column"} or "lines" in layout:
        return None
    of_code = [one for one in sent if one.name == source["column"]]
    if not of_code:
        return None
    code = sf.trim(as_text(df, of_code[0]))
    is_other = code.rlike(_OTHER_CODE) & ~sf.upper(code).isin(list(codes))
    return ~sf.coalesce(is_other, sf.lit(False))


def accepted_lines(
    claims: DataFrame,
    decisions: DataFrame,
    *,
    order: str | Sequence[str],
    units: str = "service_unit_quantity",
) -> DataFrame:
    """The lines of ``claims`` that ``decisions`` let pass, as ``validate`` takes them for history.

    Args:
        claims: what was given to :func:`claimgate.validate`.
        decisions: what came of it, as it was stored.
        order: the column, or columns, by which both name a line.
        units: the column of ``claims`` with the units submitted. A line that was cut back has the
            units that were accepted there; its type stays as it is.

    Returns:
        The columns of ``claims``. Lines out of scope are not among them: history has no use for
        them.
    """
    from pyspark.sql import functions as sf

    keys = [order] if isinstance(order, str) else list(order)
    passed = decisions.where("decision <> 'rejected'").select(
        *keys,
        sf.when(sf.col("decision") == "cutback", sf.col("accepted_units")).alias("_cg_cut_units"),
    )
    joined = claims.join(passed, keys, "inner")
    kind = claims.schema[units].dataType
    cut = sf.coalesce(joined["_cg_cut_units"].cast(kind), column(joined, units))
    return joined.select(
        *[cut.alias(name) if name == units else column(joined, name) for name in claims.columns]
    )
