import { type Queryable, statement } from './sql.ts'

/** Maximum time in ms between two updates of a process's row in `storage_access_writer`. */
export const writerBeatMs = 5_000
/** Time in ms without an update of its row after which a process counts as stopped. */
const deadAfterMs = 3 * writerBeatMs

const beat = statement(
  'storage_access_beat',
  `insert into storage_access_writer as w (id, complete_until) values ($1, clock_timestamp() - make_interval(secs => $2))
   on conflict (id) do update set complete_until = greatest(w.complete_until, excluded.complete_until)`,
)
const end = statement('storage_access_end', 'delete from storage_access_writer where id = $1')
const gap = statement(
  'storage_access_gap',
  `insert into storage_access_writer (id, complete_until, gap_until)
   values ($1, to_timestamp($2::float8 / 1000), to_timestamp($3::float8 / 1000))
   on conflict (id) do nothing`,
)

/**
 * Records that a process has written to the database all storage credentials that it issued until `ageMs`
 * ago. Uses the clock of the database, so that the clocks of the replicas need not agree.
 */
export async function beatWriter(sql: Queryable, id: string, ageMs: number): Promise<void> {
  await sql.run(beat, [id, ageMs / 1000])
}

/** Deletes the row of a process that stops after it has written all storage credentials that it issued. */
export async function endWriter(sql: Queryable, id: string): Promise<void> {
  await sql.run(end, [id])
}

/**
 * Records a period (epoch ms) in which issued storage credentials may not have been written to the database.
 */
export async function recordGap(sql: Queryable, id: string, from: number, until: number): Promise<void> {
  await sql.run(gap, [id, from, until])
}

/** Periods for which the list of issued storage credentials is complete. Times are epoch ms. */
export interface StorageAccessCoverage {
  /** The list contains all credentials that were issued before this time, except in the periods `gaps`. */
  readonly completeUntil: number
  /** Periods in which issued credentials may be missing from the list, the latest first. */
  readonly gaps: readonly { readonly from: number; readonly until: number }[]
}

const coverage = statement(
  'storage_access_coverage',
  `select complete_until as "from", coalesce(gap_until, complete_until + make_interval(secs => $1)) as until,
     gap_until is not null or complete_until < now() - make_interval(secs => $1) as gap, now() as now
   from storage_access_writer order by complete_until desc limit 1000`,
)

export async function findCoverage(sql: Queryable): Promise<StorageAccessCoverage> {
  const rows = await sql.run<{ from: number; until: number; gap: boolean; now: number }>(coverage, [
    deadAfterMs / 1000,
  ])
  const live = rows.filter((row) => !row.gap).map(({ from }) => from)
  const [now = Date.now()] = rows.map((row) => row.now)
  return {
    completeUntil: Math.min(now, ...live),
    gaps: rows.filter((row) => row.gap).map(({ from, until }) => ({ from, until })),
  }
}

const prune = statement(
  'storage_access_writer_prune',
  `delete from storage_access_writer where complete_until < now() - make_interval(secs => $1) returning 1`,
)

/**
 * Deletes gaps and rows of stopped processes that are older than `seconds`. Returns the number of deleted
 * rows.
 */
export async function pruneWriters(sql: Queryable, seconds: number): Promise<number> {
  return (await sql.run(prune, [seconds])).length
}
