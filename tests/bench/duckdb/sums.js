// The two sums of a cap check, with windows: units of a member so far on a day and in a benefit
// year, in file order; lines within 6 and 200 to one file, the others to another, gzip to gzip.
// No other edit is tested. Usage: node sums.js CLAIMS.csv.gz OUT_DIR
import { DuckDBInstance } from "@duckdb/node-api";

const [input, out] = process.argv.slice(2);
const connection = await (await DuckDBInstance.create(":memory:")).connect();

await connection.run(`
    CREATE TABLE line AS
    SELECT row_number() OVER () AS line_no, *
    FROM read_csv('${input}', header = true, delim = ',', quote = '"', all_varchar = true,
                  strict_mode = false, ignore_errors = true)`);
await connection.run(`
    CREATE TABLE summed AS
    SELECT *,
           sum(units) OVER (PARTITION BY member_id, day ORDER BY line_no
                            ROWS UNBOUNDED PRECEDING) AS day_units,
           sum(units) OVER (PARTITION BY member_id, year(day + INTERVAL 6 MONTH) ORDER BY line_no
                            ROWS UNBOUNDED PRECEDING) AS year_units
    FROM (SELECT *, try_cast(service_unit_quantity AS BIGINT) AS units,
                 try_cast(claim_line_start_date AS DATE) AS day
          FROM line)`);

const within = "coalesce(day_units <= 6 AND year_units <= 200, false)";
const rows = (test) =>
  `SELECT * EXCLUDE (line_no, units, day, day_units, year_units)
   FROM summed WHERE ${test} ORDER BY line_no`;
const format = "(FORMAT csv, HEADER, COMPRESSION gzip)";
await connection.run(`COPY (${rows(within)}) TO '${out}/accepted.csv.gz' ${format}`);
await connection.run(`COPY (${rows(`NOT ${within}`)}) TO '${out}/rejected.csv.gz' ${format}`);
