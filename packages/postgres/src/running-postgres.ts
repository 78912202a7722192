import { readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { connectionUrl } from './connection-url.ts'
import { unless } from './file-errors.ts'
import { isAlive } from './process-identity.ts'

/**
 * Connection string of the server that another program runs on this data directory, for tools that work beside it;
 * undefined when none is running.
 *
 * @example
 * ```ts
 * const url = await runningPostgres('.headgate/postgres')
 * ```
 */
export async function runningPostgres(dataDir: string): Promise<string | undefined> {
  const home = await unless(realpath(join(dataDir, 'cluster')), 'ENOENT', 'ENOTDIR')
  if (home === undefined) return undefined
  const record = await unless(readFile(join(home, 'data', 'postmaster.pid'), 'utf8'), 'ENOENT')
  // Process id, directory, start, port, socket directory, listening address, shared memory, state: one to a line.
  const [pid = '', , , port = '', socket = '', address = '', , state = ''] = record?.split('\n') ?? []
  if (state.trim() !== 'ready' || !isAlive(Number(pid))) return undefined
  const password = (await readFile(join(home, 'password'), 'utf8')).trim()
  const host = socket === '' ? address : encodeURIComponent(socket)
  return connectionUrl(password, `${host}:${port}`)
}
