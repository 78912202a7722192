import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Io } from './io.ts'

/**
 * Returns the folder of logins and profiles: `HEADGATE_CONFIG_DIR`, or the configuration folder of the user on this
 * operating system.
 */
export function configFolder({ env, cwd }: Pick<Io, 'env' | 'cwd'>): string {
  const own = env['HEADGATE_CONFIG_DIR']
  if (own) return resolve(cwd, own)
  if (process.platform === 'win32' && env['APPDATA']) return join(env['APPDATA'], 'headgate')
  // A relative path is ignored, as the XDG specification requires.
  const configured = env['XDG_CONFIG_HOME']
  const base = configured?.startsWith('/') === true ? configured : join(env['HOME'] || homedir(), '.config')
  return join(base, 'headgate')
}
