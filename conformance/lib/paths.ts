import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Absolute path of the repository. */
export const repositoryRoot: string = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/**
 * Folder for what is installed or written by the conformance and engine commands; ignored by git.
 * `HEADGATE_CACHE` moves it, for example onto a disk that CI keeps between runs.
 */
export function cacheFolder(...parts: string[]): string {
  return join(process.env['HEADGATE_CACHE'] ?? join(repositoryRoot, '.cache'), ...parts)
}

const kept = 10

/**
 * A new folder for one run's data and logs below `parent`, with a name that sorts by time. Of earlier runs the
 * newest nine are kept.
 */
export function newRunFolder(parent: string, now: Date = new Date()): string {
  forgetOldRuns(parent, kept - 1)
  return addRunFolder(parent, now)
}

/** The same, for runs that measure: file systems look for a while at each file that was deleted before they make a new one. */
export function addRunFolder(parent: string, now: Date = new Date()): string {
  mkdirSync(parent, { recursive: true })
  const time = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
  const folder = join(parent, `${time}-${process.pid}`)
  mkdirSync(folder)
  return folder
}

/** Keeps the newest runs only. */
export function forgetOldRuns(parent: string, keep: number = kept): void {
  mkdirSync(parent, { recursive: true })
  const runs = readdirSync(parent).toSorted().toReversed()
  for (const old of runs.slice(keep)) rmSync(join(parent, old), { recursive: true, force: true })
}
