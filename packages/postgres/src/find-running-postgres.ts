import { readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { connectionUrl } from './connection-url.ts'
import { unless } from './system-errors.ts'
import { isAlive } from './process-identity.ts'

/**
 * Returns the connection string of the embedded server that another process runs on a data directory, or undefined if
 * no server runs there. The connection string contains the password.
 *
 * @example
 * ```ts
 * const url = await findRunningPostgres('.headgate/postgres')
 * ```
 */
export async function findRunningPostgres(dataDir: string): Promise<string | undefined> {
  const home = await unless(realpath(join(dataDir, 'cluster')), 'ENOENT', 'ENOTDIR')
  if (home === undefined) return undefined
  const record = await unless(readFile(join(home, 'data', 'postmaster.pid'), 'utf8'), 'ENOENT')
  // The lines of postmaster.pid contain: process id, directory, start time, port, socket directory, address, shared
  // memory, state.
  const [pid = '', , , port = '', socket = '', address = '', , state = ''] = record?.split('\n') ?? []
  if (state.trim() !== 'ready' || !isAlive(Number(pid))) return undefined
  const password = (await readFile(join(home, 'password'), 'utf8')).trim()
  const host = socket === '' ? address : encodeURIComponent(socket)
  return connectionUrl(password, `${host}:${port}`)
}
