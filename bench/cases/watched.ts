import type { Started } from '../lib/ready.ts'
import type { Contestant } from '../load/load.ts'
import type { Lab } from './lab.ts'

/**
 * Returns a server under test for which the report contains CPU and memory usage of the server process and of
 * PostgreSQL.
 */
export function watched(
  lab: Lab,
  name: string,
  started: Started,
  headers: Readonly<Record<string, string>> = {},
): Contestant {
  return {
    name,
    origin: started.origin,
    headers,
    watched: [
      { name: 'server', pid: started.process.pid },
      { name: 'PostgreSQL', pid: lab.postgres.pid },
    ],
  }
}
