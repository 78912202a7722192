import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Absolute path of the repository. */
export const repositoryRoot: string = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/**
 * Returns a folder for files that the suites install or write, which git ignores. The variable `HEADGATE_CACHE` moves
 * it, for example to a disk that CI keeps between runs.
 */
export function cacheFolder(...parts: string[]): string {
  return join(process.env['HEADGATE_CACHE'] ?? join(repositoryRoot, '.cache'), ...parts)
}

const kept = 10

/**
 * Creates a folder below `parent` for the data and logs of a run, with a name that sorts by time. Deletes all but the
 * nine newest folders of earlier runs.
 */
export function newRunFolder(parent: string, now: Date = new Date()): string {
  forgetOldRuns(parent, kept - 1)
  return addRunFolder(parent, now)
}

/**
 * Creates a folder for the run of a measurement. Does not delete folders of earlier runs, because file systems are
 * slower for a while after many deletions.
 */
export function addRunFolder(parent: string, now: Date = new Date()): string {
  mkdirSync(parent, { recursive: true })
  const time = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
  const folder = join(parent, `${time}-${process.pid}`)
  mkdirSync(folder)
  return folder
}

/** Deletes the folders of all runs except the newest `keep` runs. */
export function forgetOldRuns(parent: string, keep: number = kept): void {
  mkdirSync(parent, { recursive: true })
  const runs = readdirSync(parent).toSorted().toReversed()
  for (const old of runs.slice(keep)) rmSync(join(parent, old), { recursive: true, force: true })
}
