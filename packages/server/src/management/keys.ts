import { z } from 'zod'
import type { Decision } from '../access/decision.ts'
import { writeConfirmedRecord } from '../catalog/confirm-policy.ts'
import { countSecretsToReseal, resealAll } from '../catalog/reseal.ts'
import { Stale } from '../catalog/stale.ts'
import type { Call } from '../operation/operation.ts'
import { defaultRingMaxAgeMs } from '../keys/key-ring.ts'
import { listKeys } from '../keys/list-keys.ts'
import { keyPurposes } from '../keys/ring-key.ts'
import { addKey, type Alongside, promoteKey, revokeKey } from '../keys/rotate.ts'
import { administerServer } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { keyList, keyParams, keyView, resealReport, toKeyView } from './key-schemas.ts'
import type { WarehouseApiDeps } from './warehouse-deps.ts'
import { toCommitRecord } from './permit.ts'

const subject = 'keys'

/** Operations of the key ring: its rotation in two phases, and the rotation of the master key that seals it. */
export function keyOperations(deps: WarehouseApiDeps): readonly ManagementOperation[] {
  const { sql, master } = deps

  async function keyNow(id: string): Promise<z.output<typeof keyView>> {
    const key = (await listKeys(sql, master)).find((one) => one.id === id)
    // Another administrator deleted the key after this request changed it.
    if (key === undefined) throw new Stale()
    return toKeyView(key, defaultRingMaxAgeMs)
  }

  const list = defineOperation({
    id: 'listKeys',
    method: 'GET',
    path: '/management/v1/keys',
    subject,
    summary: 'Lists the keys that the server made for itself, without their secrets.',
    response: { status: 200, schema: keyList, description: 'All keys.' },
    async run(_, call) {
      administerServer(call)
      const keys = await listKeys(sql, master)
      return {
        keys: keys.map((key) => toKeyView(key, defaultRingMaxAgeMs)),
        masterKey: {
          fingerprint: master.fingerprint,
          previousFingerprint: master.previous?.fingerprint ?? null,
          keysToReseal: keys.filter(({ isSealedByMasterKey }) => !isSealedByMasterKey).length,
          warehousesToReseal: await countSecretsToReseal(sql, master),
        },
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
    response: { status: 201, schema: keyView, description: 'The key.' },
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
    response: { status: 200, schema: keyView, description: 'The key, active now.' },
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
    summary: 'Deletes a key that is not active: everything that it signed or sealed becomes invalid at once.',
    params: keyParams,
    response: { status: 204, description: 'The key was deleted.' },
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
    summary: "Seals the key ring and the warehouses' storage secrets with the current master key.",
    response: {
      status: 200,
      schema: resealReport,
      description: 'Counts of the secrets that were sealed again. Repeating it is harmless.',
    },
    async run(_, call) {
      const decision = administerServer(call)
      const { fingerprint } = master
      const report = await resealAll(sql, master, (report) => {
        call.audit.detail = { fingerprint, ...report }
        return toCommitRecord(call, decision)
      })
      return { fingerprint, ...report }
    },
  })

  return [list, add, promote, retire, reseal]
}

/** Returns the function that writes the audit event and confirms the policy in the transaction of a change. */
function alongside(call: Call, decision: Decision): Alongside {
  return (tx) => writeConfirmedRecord(tx, toCommitRecord(call, decision))
}
