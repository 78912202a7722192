import { fileURLToPath } from 'node:url'
import { namespacesFor } from '../data/clone-tables.ts'
import { warehouse } from '../data/stores.ts'
import { asksForCredentials, startVendingServer } from '../data/vended.ts'
import { type Case, loadEntry } from '../lib/case.ts'
import type { Requests } from '../load/plan.ts'
import { hotTables, type Lab } from './lab.ts'
import { watched } from './watched.ts'

const connections = 64
const preload = fileURLToPath(new URL('../baselines/without-access-record.ts', import.meta.url))
/**
 * Number of tables. It is larger than the capacity of the caches of credentials, so that most loads of random
 * tables issue a new credential.
 */
const maxTables = 200_000

/** Returns cases that measure loads with storage credentials, with and without the record of issued credentials. */
export async function accessRecordCases(lab: Lab): Promise<Case[]> {
  const { run } = lab
  const tables = Math.min(maxTables, lab.maxTables)
  const options = { tables, env: { HEADGATE_VERIFY_METADATA_FILES: 'false', HEADGATE_AUDIT_READS: 'off' } }
  const silent = await startVendingServer(lab, 'headgate-unrecorded', { ...options, preload })
  const recording = await startVendingServer(lab, 'headgate-recorded', options)
  const without = watched(lab, 'without the record', silent, asksForCredentials)
  const headgate = watched(lab, 'Headgate', recording, asksForCredentials)
  const prefix = `/v1/${warehouse}/namespaces/n`
  const among = (count: number): Requests => {
    return { kind: 'tables', prefix, tables, namespaces: namespacesFor(tables), among: count }
  }
  const shapes = [
    { id: 'hot', among: Math.min(hotTables, tables), note: 'Each credential is minted once and reused.' },
    { id: 'random', among: tables, note: 'Most loads mint a credential, which is a new row of the record.' },
  ]
  return shapes.map(({ id, among: count, note }): Case => {
    const shape = { connections, headers: { 'accept-encoding': 'gzip' }, requests: among(count) }
    return {
      id: `vending-record-${id}`,
      title: `loadTable with a storage credential, ${count.toLocaleString('en-US')} tables, gzip, ${connections} clients, with and without the record of issued credentials`,
      notes: [note, 'The server writes the record in batches, once per second.'],
      entries: [loadEntry(run, without, shape, []), loadEntry(run, headgate, shape, [without.name])],
    }
  })
}
