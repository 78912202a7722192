import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Computes a digest of the inputs of an installation, such as versions, the text of a POM, and sources. */
export function computeStamp(...parts: readonly string[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${part.length}:`).update(part)
  return hash.digest('hex')
}

/** Returns whether `folder` contains a complete installation from the same inputs. */
export function isInstalled(folder: string, stamp: string): boolean {
  const file = join(folder, '.installed')
  return existsSync(file) && readFileSync(file, 'utf8').trim() === stamp
}

/**
 * Records that the installation in `folder` is complete. Call it last, because a folder without this record is
 * installed again.
 */
export function markInstalled(folder: string, stamp: string): void {
  writeFileSync(join(folder, '.installed'), `${stamp}\n`)
}
