import type { Started } from '../lib/ready.ts'
import type { Contestant } from '../load/load.ts'
import type { Lab } from './lab.ts'

/** Returns a contestant whose own process and whose share of PostgreSQL are reported. */
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
