import type { ErrorCode } from "../../../shared/errors/index.ts"
import type { HostileQuery } from "../case.ts"
import { count, dimension, sum } from "../output.ts"
import { hostile } from "./bases.ts"

/** SQL, what the attack wants, and the code if it is not `query-refused`. */
type Entries = Readonly<Record<string, readonly [sql: string, attack: string, code?: ErrorCode]>>

/** Functions and operators that are not part of the profile, as a condition on rows: what each of them gives away. */
const CONDITIONS: Entries = {
  "array-index": ["[p.amount][1] > 5", "Lists hold whatever rows have."],
  "at-time-zone": ["(p.bought_at AT TIME ZONE 'UTC') > TIMESTAMP '2026-02-01 00:00:00'", "A time zone is a setting."],
  "bit-and": ["p.items & 1 = 1", "Bits of an own measure encode members."],
  "bit-count": ["bit_count(p.items) = 1", "Bits of an own measure encode members."],
  "bit-not": ["~p.items < 0", "Bits of an own measure encode members."],
  "bit-or": ["p.items | 1 = 1", "Bits of an own measure encode members."],
  "cast-text": ["CAST(p.items AS VARCHAR) = '5'", "Text of a number is compared by digits.", "query-type"],
  chr: ["chr(p.items) = 'a'", "Numbers become text."],
  "clock-date": ["p.bought_at < current_date", "The result depends on the time of the run."],
  "clock-now": ["p.bought_at < now()", "The result depends on the time of the run."],
  collate: ["s.region = 'east' COLLATE NOCASE", "A collation compares otherwise than the parties read."],
  concat: ["concat(s.region, s.plan) = 'eastplus'", "Text is put together."],
  "concat-operator": ["s.region || 'x' = 'eastx'", "Text is put together."],
  "current-setting": ["current_setting('threads') = '1'", "Settings of the engine are read."],
  "current-schema": ["current_schema() = 'main'", "The catalog is read."],
  error: ["error('x') IS NULL", "An error tells that a row was reached."],
  "error-in-case": [
    "CASE WHEN s.age > 98 THEN error('x') ELSE TRUE END",
    "An error tells that somebody is older than 98.",
  ],
  exp: ["exp(p.items) > 5", "Floats have tails that tell order."],
  factorial: ["factorial(p.items) > 5", "Overflow tells a value."],
  "file-read": ["read_text('/etc/passwd') IS NULL", "A file is read."],
  getenv: ["getenv('HOME') = 'x'", "The environment is read."],
  glob: ["s.region GLOB 'e*'", "Patterns ask character by character."],
  hash: ["hash(s.region) % 7 = 1", "A hash makes cells of a few."],
  "if-function": ["list_contains([s.age], 40)", "Lists hold whatever rows have."],
  "is-distinct": ["s.plan IS DISTINCT FROM 'plus'", "Nulls compare otherwise than the parties read."],
  "is-not-distinct": ["s.plan IS NOT DISTINCT FROM 'plus'", "Nulls compare otherwise than the parties read."],
  lambda: ["len(list_filter([s.age], x -> x > 40)) = 1", "A lambda is a program of its own."],
  length: ["length(s.region) = 4", "Text is asked by its length."],
  like: ["s.region LIKE 'e%'", "Patterns ask character by character."],
  ilike: ["s.region ILIKE 'E%'", "Patterns ask character by character."],
  ln: ["ln(p.amount) > 1", "The logarithm of zero is an error that tells a value."],
  log: ["log10(p.amount) > 1", "The logarithm of zero is an error that tells a value."],
  lower: ["lower(s.region) = 'east'", "Text functions leave the declared domain."],
  md5: ["md5(s.region) = 'x'", "A hash checks guesses."],
  nextval: ["nextval('s') > 0", "A sequence has a state."],
  nullif: ["nullif(s.plan, 'plus') IS NULL", "A comparison in disguise."],
  "power-operator": ["p.items ** 2 > 5", "Powers overflow."],
  power: ["power(p.items, 99) > 5", "Powers overflow."],
  "query-function": ["query('SELECT 1') IS NULL", "SQL is spliced."],
  random: ["random() < 0.5", "Two runs are subtracted to find one person."],
  regexp: ["regexp_matches(s.region, '^e')", "Patterns ask character by character."],
  round: ["round(p.amount, -2) > 5", "A rounding other than the owner's."],
  setseed: ["setseed(0.5) IS NULL", "Chance is fixed by the asker."],
  shift: ["p.items << 2 > 5", "Shifts overflow."],
  "similar-to": ["s.region SIMILAR TO 'e.*'", "Patterns ask character by character."],
  sqrt: ["sqrt(p.amount) > 1", "The root of a negative number is an error."],
  "struct-field": ["{'a': s.age}.a > 40", "Structs hold whatever rows have."],
  substring: ["substring(s.region, 1, 1) = 'e'", "Text is asked character by character."],
  "try-function": ["TRY(p.items / 0) IS NULL", "Errors become values."],
  typeof: ["typeof(s.age) = 'BIGINT'", "The storage of a value is asked."],
  uuid: ["uuid() IS NOT NULL", "Chance that nobody can repeat."],
  version: ["version() = 'v1'", "The engine is asked."],
  xor: ["xor(p.items, 1) = 1", "Bits of an own measure encode members."],
}

/** Parts, units and functions of time that are not part of the profile. */
const TIMES: Entries = {
  age: ["age(p.bought_at) > INTERVAL 1 DAY", "The age of an instant depends on the time of the run."],
  "date-part-epoch": ["date_part('epoch', p.bought_at) > 5", "An instant as a float.", "query-type"],
  "date-part-column": [
    "date_part(s.region, p.bought_at) > 5",
    "The part is chosen by data: it fails by row.",
    "query-type",
  ],
  "date-part-timezone": ["date_part('timezone', p.bought_at) = 0", "A time zone is a setting.", "query-type"],
  "date-trunc-column": [
    "date_trunc(s.region, p.bought_at) > DATE '2026-01-01'",
    "The unit is chosen by data: it fails by row.",
    "query-type",
  ],
  "date-trunc-decade": [
    "date_trunc('decade', p.bought_at) > DATE '2020-01-01'",
    "A unit that no bucket can declare.",
    "query-type",
  ],
  "interval-column": [
    "p.bought_at + to_days(TRY_CAST(p.items AS INTEGER)) > p.bought_at",
    "A shift by data is a computation on it.",
  ],
  "interval-constructed": ["p.bought_at - p.bought_at > INTERVAL 1 DAY", "An interval as a value.", "query-type"],
  "interval-month": ["p.bought_at + INTERVAL 1 MONTH > TIMESTAMP '2026-02-01 00:00:00'", "A month is no fixed length."],
  "make-date": [
    "make_date(s.age, 1, 1) > DATE '2020-01-01'",
    "A date that does not exist is an error that tells a value.",
  ],
  strftime: ["strftime(p.bought_at, '%H') = '12'", "An instant as text."],
  strptime: ["strptime(s.region, '%d') IS NULL", "Parsing fails by row."],
  "time-bucket": [
    "time_bucket(INTERVAL 7 DAY, p.bought_at) > TIMESTAMP '2026-02-01 00:00:00'",
    "A grid that nobody declared.",
  ],
}

/** Table functions and catalogs where a dataset should stand. */
const SOURCES: Entries = {
  "source-catalog": ["duckdb_settings()", "Settings of the engine are read."],
  "source-csv": ["read_csv('/etc/passwd')", "A file is read."],
  "source-file-name": ["'/data/part.parquet'", "A file is read by its name."],
  "source-generate": ["generate_series(1, 10)", "Rows of the asker's own multiply a person's."],
  "source-glob": ["glob('/**')", "Folders are listed."],
  "source-information-schema": ["information_schema.tables", "The catalog is read."],
  "source-parquet": ["read_parquet('/data/*.parquet')", "A file is read."],
  "source-pragma": ["pragma_table_info('subscribers')", "The catalog is read."],
  "source-query-table": ["query_table('subscribers')", "A name is spliced."],
  "source-schema": ["main.subscribers", "A schema that is not a dataset's."],
  "source-sqlite-master": ["sqlite_master", "The catalog is read."],
  "source-subquery": ["(SELECT id, region FROM subscribers)", "A subquery hides what it reads."],
  "source-unknown": ["customers", "A dataset that is not in the contract."],
  "source-unnest": ["unnest([1, 2, 3])", "Rows of the asker's own multiply a person's."],
  "source-values": ["(VALUES ('a', 1)) AS v(id, weight)", "Weights of the asker's own for each identity."],
}

const list = (entries: Entries) => Object.entries(entries)

export const functions: readonly HostileQuery[] = [
  ...list({ ...CONDITIONS, ...TIMES }).map(([id, [condition, title, code = "query-refused"]]) =>
    hostile("media", `function-${id}`, title, "QRY-10", code, { where: condition }),
  ),
  ...list(SOURCES).map(([id, [source, title]]) => {
    const named = source.includes(" AS ") ? source : `${source} AS x`
    return hostile("media", id, title, "QRY-2", "query-refused", {
      from: `subscribers s JOIN purchases p ON p.id = s.id JOIN ${named} ON s.id = ${named.includes("AS v") ? "v" : "x"}.id`,
    })
  }),
  hostile(
    "media",
    "function-in-aggregate",
    "A function that no rule lists, in an aggregate.",
    "QRY-10",
    "query-refused",
    {
      total: "sum(p.items ** 2)",
    },
  ),
  hostile(
    "media",
    "function-in-dimension",
    "A function that no rule lists, in a dimension.",
    "QRY-10",
    "query-refused",
    {
      dim: "upper(s.region) AS region",
      group: "upper(s.region)",
    },
  ),
  hostile(
    "media",
    "division-of-values",
    "Division within an aggregate: by zero it fails, and floats have tails.",
    "QRY-19",
    "query-refused",
    {
      output: [dimension("subscribers.region"), count("people"), sum("total", "purchases.amount", "purchases.items")],
      total: "sum(p.amount / p.items)",
    },
  ),
]
