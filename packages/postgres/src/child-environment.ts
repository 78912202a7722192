/** Environment variables that are needed to find and load programs and to write temporary files. */
const ALLOWED: ReadonlySet<string> = new Set([
  'PATH',
  'HOME',
  'TMPDIR',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'DYLD_FALLBACK_LIBRARY_PATH',
  // The following variables exist only on Windows, where names of variables are case-insensitive.
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
 * Returns the environment of the programs that this package starts. It contains only variables of an allow-list, so
 * that no secret of this process (`HEADGATE_MASTER_KEY`, cloud keys) is copied to a child process.
 */
export function childEnvironment(source: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const allowed = Object.entries(source).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && ALLOWED.has(entry[0].toUpperCase()),
  )
  return { ...Object.fromEntries(allowed), LC_ALL: 'C' }
}
