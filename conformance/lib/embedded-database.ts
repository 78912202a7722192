import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import type { HeadgateServer } from './headgate-server.ts'

/**
 * Access to the embedded PostgreSQL of a server that this run started. Suites use it only if no API exists: to end a
 * reservation that lasts hours, or to count rows.
 */
export interface EmbeddedDatabase {
  /** Runs one statement on a separate connection, and returns its rows. */
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>
}

const timeoutMs = 10_000

export function embeddedDatabase({ dataDir }: Pick<HeadgateServer, 'dataDir'>): EmbeddedDatabase {
  const cluster = join(dataDir, 'postgres', 'cluster')
  return {
    async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
      const client = new Client({
        ...endpointIn(readFileSync(join(cluster, 'data', 'postmaster.pid'), 'utf8')),
        user: 'headgate',
        database: 'headgate',
        password: readFileSync(join(cluster, 'password'), 'utf8').trim(),
        connectionTimeoutMillis: timeoutMs,
        query_timeout: timeoutMs,
      })
      try {
        await client.connect()
        const { rows } = await client.query(text, [...values])
        return rows as Row[]
      } finally {
        await client.end()
      }
    },
  }
}

/** Reads the port, the socket directory and the address of PostgreSQL from its file `postmaster.pid` (lines 4 to 6). */
function endpointIn(pidFile: string): { readonly host: string; readonly port: number } {
  const [, , , port = '', socket = '', address = ''] = pidFile.split('\n')
  return { host: socket === '' ? address : socket, port: Number(port) }
}
