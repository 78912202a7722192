import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Io } from '../io.ts'

/** Returns the folder of logins: `HEADGATE_CONFIG_DIR`, or the configuration folder of the user on this system. */
export function loginFolder({ env, cwd }: Pick<Io, 'env' | 'cwd'>): string {
  const own = env['HEADGATE_CONFIG_DIR']
  if (own) return join(resolve(cwd, own), 'logins')
  if (process.platform === 'win32' && env['APPDATA']) return join(env['APPDATA'], 'headgate', 'logins')
  // The XDG specification says that relative paths are ignored.
  const configured = env['XDG_CONFIG_HOME']
  const base = configured?.startsWith('/') === true ? configured : join(env['HOME'] || homedir(), '.config')
  return join(base, 'headgate', 'logins')
}
