import { z } from 'zod'
import type { Decision } from '../access/decision.ts'
import { writeConfirmedRecord } from '../catalog/confirm-policy.ts'
import { Stale } from '../catalog/stale.ts'
import { countSecretsToReseal, resealAll } from '../directory/reseal.ts'
import type { Call } from '../operation/operation.ts'
import { defaultRingMaxAgeMs } from '../keys/key-ring.ts'
import { listKeys } from '../keys/list-keys.ts'
import { parseKeyPurpose } from '../keys/ring-key.ts'
import { addKey, type Alongside, promoteKey, revokeKey } from '../keys/rotate.ts'
import { administerServer } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { keyList, keyParams, keyPurpose, keyView, resealReport, toKeyView } from './key-schemas.ts'
import type { WarehouseApiDeps } from './warehouse-deps.ts'
import { toCommitRecord } from './permit.ts'

const subject = 'keys'

/**
 * Returns the operations of the key ring: the rotation of a key in two phases, and the rotation of the master
 * key.
 */
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
    summary: 'Lists the signing and sealing keys of the server, without their secrets.',
    response: { status: 200, schema: keyList, description: 'All keys.' },
    async run(_, call) {
      administerServer(call)
      const keys = await listKeys(sql, master)
      const secrets = await countSecretsToReseal(sql, master)
      return {
        keys: keys.map((key) => toKeyView(key, defaultRingMaxAgeMs)),
        masterKey: {
          fingerprint: master.fingerprint,
          previousFingerprint: master.previous?.fingerprint ?? null,
          keysToReseal: keys.filter(({ isSealedByMasterKey }) => !isSealedByMasterKey).length,
          warehousesToReseal: secrets.warehouses,
          accessKeysToReseal: secrets.accessKeys,
        },
      }
    },
  })

  const add = defineOperation({
    id: 'addKey',
    method: 'POST',
    path: '/management/v1/keys',
    subject,
    summary:
      'First phase of a rotation: adds a key. Every replica loads it, and none signs or seals with it yet.',
    body: z.strictObject({ purpose: keyPurpose }),
    response: { status: 201, schema: keyView, description: 'The key.' },
    async run({ body }, call) {
      const decision = administerServer(call)
      const purpose = parseKeyPurpose(body.purpose)
      call.audit.detail = { purpose }
      const id = await addKey(sql, master, purpose, alongside(call, decision))
      return keyNow(id)
    },
  })

  const promote = defineOperation({
    id: 'promoteKey',
    method: 'POST',
    path: '/management/v1/keys/:key/promote',
    subject,
    summary:
      'Second phase of a rotation: the added key becomes active and signs or seals from now on. The previous key is retired: it still verifies and opens the tokens that it signed or sealed.',
    params: keyParams,
    body: z.strictObject({
      forceNow: z
        .boolean()
        .optional()
        .describe(
          'Promotes a key that some replicas may not have loaded yet. Until they load it, they refuse tokens that it signed or sealed.',
        ),
    }),
    response: { status: 200, schema: keyView, description: 'The promoted key, which is active now.' },
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
    summary: 'Deletes a key that is not active: all tokens that it signed or sealed become invalid at once.',
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
    summary:
      "Seals the key ring, the warehouses' storage secrets and the secrets of access keys with the current master key.",
    response: {
      status: 200,
      schema: resealReport,
      description: 'Numbers of secrets that were sealed again. The operation can be repeated safely.',
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

/**
 * Returns a function for the transaction of a change. It writes the audit event, and checks that the policy has not
 * changed since the change was allowed.
 */
function alongside(call: Call, decision: Decision): Alongside {
  return (tx) => writeConfirmedRecord(tx, toCommitRecord(call, decision))
}
