import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Digest of what an installation depends on: versions, the text of a POM, sources. */
export function stampOf(...parts: readonly string[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${part.length}:`).update(part)
  return hash.digest('hex')
}

/** True when `folder` was completely installed from the same inputs before. */
export function isInstalled(folder: string, stamp: string): boolean {
  const file = join(folder, '.installed')
  return existsSync(file) && readFileSync(file, 'utf8').trim() === stamp
}

/** Records that `folder` is complete. Write it last: a folder without it is installed again. */
export function markInstalled(folder: string, stamp: string): void {
  writeFileSync(join(folder, '.installed'), `${stamp}\n`)
}
