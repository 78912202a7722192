/** Variables that programs need to be found, loaded and to write temporary files. */
const ALLOWED: ReadonlySet<string> = new Set([
  'PATH',
  'HOME',
  'TMPDIR',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'DYLD_FALLBACK_LIBRARY_PATH',
  // Windows, which spells names in any case.
  'SYSTEMROOT',
  'WINDIR',
  'COMSPEC',
  'PATHEXT',
  'TEMP',
  'TMP',
  'USERPROFILE',
  'APPDATA',
])

/**
 * Returns the environment of the programs that this package starts: an allow-list, so that no secret of this process
 * (`HEADGATE_MASTER_KEY`, cloud keys) reaches a child, where other programs of the same user can read it.
 */
export function childEnvironment(source: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const allowed = Object.entries(source).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && ALLOWED.has(entry[0].toUpperCase()),
  )
  return { ...Object.fromEntries(allowed), LC_ALL: 'C' }
}
