import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Io } from '../io.ts'

/** Where logins are kept: `HEADGATE_CONFIG_DIR`, or where this system keeps configuration of people. */
export function loginFolder({ env, cwd }: Pick<Io, 'env' | 'cwd'>): string {
  const own = env['HEADGATE_CONFIG_DIR']
  if (own) return join(resolve(cwd, own), 'logins')
  if (process.platform === 'win32' && env['APPDATA']) return join(env['APPDATA'], 'headgate', 'logins')
  // The XDG specification has relative paths passed over.
  const given = env['XDG_CONFIG_HOME']
  const base = given?.startsWith('/') === true ? given : join(env['HOME'] || homedir(), '.config')
  return join(base, 'headgate', 'logins')
}
