import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { parse } from '@headgate/json'
import { expect } from 'vitest'
import { temporaryPrefix } from '@headgate/storage'
import { statement } from '../../src/store/sql.ts'
import type { FaultPlace } from './fault-fixture.ts'

const pointers = statement('fault_pointers', 'select metadata_location as location from relation')
const waiting = statement(
  'fault_waiting',
  `select pid from pg_stat_activity
   where datname = current_database() and pid <> pg_backend_pid() and state like 'idle in transaction%'`,
)
const locks = statement(
  'fault_locks',
  `select pid from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
)

/**
 * Checks that killed servers left only unreferenced metadata files and partial uploads of such files: every pointer
 * names a complete file, and no lock is held.
 */
export async function checkLeftovers({ sql, root }: FaultPlace): Promise<void> {
  const rows = await sql.run<{ location: string }>(pointers)
  for (const { location } of rows) {
    const bytes = await readFile(fileURLToPath(location))
    const metadata = parse((location.endsWith('.gz.metadata.json') ? gunzipSync(bytes) : bytes).toString())
    expect(metadata, location).toMatchObject({ location: expect.any(String) })
    expect(Object.keys(Object(metadata)), location).toContainEqual(
      expect.stringMatching(/^(?:table|view)-uuid$/),
    )
  }
  const named = new Set(rows.map(({ location }) => fileURLToPath(location)))
  const entries = await readdir(fileURLToPath(root), { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const unnamed = files.filter((file) => !named.has(file))
  for (const file of unnamed) {
    const name = file.slice(file.lastIndexOf('/') + 1)
    if (!name.startsWith(temporaryPrefix))
      expect(file).toMatch(/\/metadata\/\d{5}-[0-9a-f-]{36}(?:\.gz)?\.metadata\.json$/)
  }
  // A running server may hold locks for background work, so the check is repeated. Its timeout is shorter
  // than the time after which PostgreSQL ends an abandoned transaction.
  for (const left of [waiting, locks]) await expect.poll(() => sql.run(left), { timeout: 3_000 }).toEqual([])
}
