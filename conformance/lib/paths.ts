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

/**
 * A new folder for one run's data and logs below `parent`, with a name that sorts by time. Of earlier runs the
 * newest nine are kept.
 */
export function newRunFolder(parent: string, now: Date = new Date()): string {
  mkdirSync(parent, { recursive: true })
  const earlier = readdirSync(parent).toSorted().toReversed()
  for (const old of earlier.slice(9)) rmSync(join(parent, old), { recursive: true, force: true })
  const folder = join(
    parent,
    `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}-${process.pid}`,
  )
  mkdirSync(folder)
  return folder
}
