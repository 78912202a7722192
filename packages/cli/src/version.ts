import { readFileSync } from 'node:fs'

/** Reads the version of this package. */
export function version(): string {
  // Checks the value without zod, because every start of the program would have to load zod.
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest)
    return String(manifest.version)
  throw new Error('The package of this program has no version.')
}
