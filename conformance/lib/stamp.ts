import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Computes a digest of everything that an installation depends on, such as versions, a POM and source texts. */
export function computeStamp(...parts: readonly string[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${part.length}:`).update(part)
  return hash.digest('hex')
}

/** Returns whether `folder` contains a complete installation with this digest. */
export function isInstalled(folder: string, stamp: string): boolean {
  const file = join(folder, '.installed')
  return existsSync(file) && readFileSync(file, 'utf8').trim() === stamp
}

/**
 * Marks the installation in `folder` as complete, with its digest. Call this after the last step: a folder without the
 * mark is installed again.
 */
export function markInstalled(folder: string, stamp: string): void {
  writeFileSync(join(folder, '.installed'), `${stamp}\n`)
}
