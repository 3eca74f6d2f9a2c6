/** Why ClickHouse does not take a batch: its error numbers, and the network's, in words. */

const WHY: Readonly<Record<string, readonly [why: string, remedy: string]>> = {
  ECONNREFUSED: ['nothing listens there', 'Start ClickHouse; the embedded one is started again by itself.'],
  ECONNRESET: ['it ended in the middle', 'Look at the log of ClickHouse: it may have run out of memory.'],
  ENOTFOUND: ['its host name is unknown', 'Correct the host in RUNLENS_CLICKHOUSE_URL.'],
  ETIMEDOUT: ['it does not answer in time', 'Look at its load, and at the network between.'],
  schema_outdated: ['it has not all tables of this build', 'Run: npx runlens migrate (npm start does so by itself).'],
  '60': ['its tables are missing', 'Run: npx runlens migrate'],
  '81': ['its database is missing', 'Create the database of RUNLENS_CLICKHOUSE_URL, then run: npx runlens migrate'],
  '159': ['an insert takes too long', 'Look at its CPU and disk.'],
  '164': ['it may only be read', 'Give the user of RUNLENS_CLICKHOUSE_URL the right to INSERT.'],
  '202': ['it runs as many queries as it may', 'Raise clickhouse.queriesMax, or ask less.'],
  '241': ['it has no memory left', 'Give ClickHouse more memory, or lower clickhouse.sessions.'],
  '243': ['its disk is full', 'Free some space: ClickHouse takes batches again by itself.'],
  '252': ['it has too many parts', 'Its merges do not keep up: look at its CPU and disk, and raise writer.batchAgeMs.'],
  '497': ['the user may not', 'Give the user of RUNLENS_CLICKHOUSE_URL the right to INSERT.'],
  '516': ['user or password are wrong', 'Correct them in RUNLENS_CLICKHOUSE_URL.'],
}

/** @param codes of `runlens_writer_fault` */
export function whyNotTaken(codes: Iterable<string>): { why: string; remedy: string } {
  const [code = 'unknown'] = codes
  const [why, remedy] = WHY[code] ?? ['', 'The log of the collector has its own words; see clickhouse below.']
  return { why: why ? `${why} (${code})` : code, remedy }
}
