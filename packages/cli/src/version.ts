import { readFileSync } from 'node:fs'

/** Reads the version of this package. */
export function version(): string {
  // Does not use zod to check the value, because then every start of the program would load zod.
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest)
    return String(manifest.version)
  throw new Error('The file package.json of this program has no version. Install the program again.')
}
