import { z } from 'zod'
import type { Decision } from '../access/decision.ts'
import { resealStorageSecrets } from '../catalog/storage-secret.ts'
import { confirmPolicy } from '../catalog/confirm-policy.ts'
import { Stale } from '../catalog/stale.ts'
import type { Call } from '../http/operation.ts'
import { defaultRingMaxAgeMs } from '../keys/key-ring.ts'
import { resealRing } from '../keys/reseal.ts'
import { keyPurposes } from '../keys/ring-key.ts'
import { addKey, type Alongside, promoteKey, revokeKey } from '../keys/rotate.ts'
import { readKeys } from '../store/key-ring.ts'
import { writeRiders } from '../store/riders.ts'
import { listSealedSecrets } from '../store/warehouse-writes.ts'
import { administerServer } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { keyList, keyParams, keyView, resealReport, viewOfKey, viewOfMaster } from './key-schemas.ts'
import type { LakeParts } from './lake-parts.ts'
import { ridersFor } from './permit.ts'

const subject = 'keys'

/** The key ring: its rotation in two phases, and the rotation of the master key that seals it. */
export function keyOperations(parts: LakeParts): readonly ManagementOperation[] {
  const { sql, master } = parts

  async function keyNow(id: string): Promise<z.output<typeof keyView>> {
    const row = (await readKeys(sql)).find((key) => key.id === id)
    // Another administrator ended it in this very moment.
    if (row === undefined) throw new Stale()
    return viewOfKey(row, master, defaultRingMaxAgeMs)
  }

  const list = defineOperation({
    id: 'listKeys',
    method: 'GET',
    path: '/management/v1/keys',
    subject,
    summary: 'Lists the keys that the server made for itself, without their secrets.',
    answer: { status: 200, schema: keyList, description: 'All keys.' },
    async run(_, call) {
      administerServer(call)
      const rows = await readKeys(sql)
      return {
        keys: rows.map((row) => viewOfKey(row, master, defaultRingMaxAgeMs)),
        masterKey: viewOfMaster(master, rows, await listSealedSecrets(sql)),
      }
    },
  })

  const add = defineOperation({
    id: 'addKey',
    method: 'POST',
    path: '/management/v1/keys',
    subject,
    summary: 'First phase of a rotation: every replica learns the new key, which makes nothing yet.',
    body: z.strictObject({ purpose: z.enum(keyPurposes) }),
    answer: { status: 201, schema: keyView, description: 'The key.' },
    async run({ body }, call) {
      const decision = administerServer(call)
      call.audit.detail = { purpose: body.purpose }
      const id = await addKey(sql, master, body.purpose, alongside(call, decision))
      return keyNow(id)
    },
  })

  const promote = defineOperation({
    id: 'promoteKey',
    method: 'POST',
    path: '/management/v1/keys/:key/promote',
    subject,
    summary:
      'Second phase: the added key makes everything from now on; the one before is retired and still opens what it made.',
    params: keyParams,
    body: z.strictObject({
      forceNow: z
        .boolean()
        .optional()
        .describe('Although it is young: replicas that lack it refuse what it makes until they have it.'),
    }),
    answer: { status: 200, schema: keyView, description: 'The key, active now.' },
    async run({ params, body }, call) {
      const decision = administerServer(call)
      call.audit.object = params.key
      call.audit.detail = { forceNow: body.forceNow ?? false }
      const minAgeMs = body.forceNow === true ? 0 : defaultRingMaxAgeMs
      await promoteKey(sql, params.key, minAgeMs, alongside(call, decision))
      return keyNow(params.key)
    },
  })

  const retire = defineOperation({
    id: 'retireKey',
    method: 'DELETE',
    path: '/management/v1/keys/:key',
    subject,
    summary: 'Ends a key that is not active: whatever it made is worthless at once.',
    params: keyParams,
    answer: { status: 204, description: 'It is gone.' },
    async run({ params }, call) {
      const decision = administerServer(call)
      call.audit.object = params.key
      await revokeKey(sql, params.key, alongside(call, decision))
    },
  })

  const reseal = defineOperation({
    id: 'resealKeys',
    method: 'POST',
    path: '/management/v1/keys/reseal',
    subject,
    summary: "Seals the key ring and the warehouses' storage secrets by the master key of now.",
    answer: {
      status: 200,
      schema: resealReport,
      description: 'What was sealed anew. Repeating it is harmless.',
    },
    async run(_, call) {
      const decision = administerServer(call)
      const ring = await resealRing(sql, master)
      const warehouses = await resealStorageSecrets(sql, master)
      const report = {
        fingerprint: master.fingerprint,
        keys: { ...ring, unreadable: [...ring.unreadable] },
        warehouses: { ...warehouses, unreadable: [...warehouses.unreadable] },
      }
      call.audit.detail = { ...report }
      await writeRiders(sql, ridersFor(call, decision))
      return report
    },
  })

  return [list, add, promote, retire, reseal]
}

/** The event, and the certainty that the policy which allowed the change still holds, in the change's transaction. */
function alongside(call: Call, decision: Decision): Alongside {
  return async (tx) => {
    await writeRiders(tx, ridersFor(call, decision))
    await confirmPolicy(tx, decision)
  }
}
