import { deepEqual, equal, rejects } from 'node:assert/strict'
import { LanceNamespace, UnauthenticatedError } from '@headgate/lance/client'
import { check, gathered, type Check } from '../check.ts'
import { idsIn, range, readRows } from '../node-lance.ts'
import type { FrontKeys } from '../verifying-front.ts'

/**
 * Returns checks that send requests through a proxy. The proxy accepts only requests whose signature equals the one
 * that botocore computes.
 */
export const signedChecks = (uri: string, keys: FrontKeys): readonly Check[] => {
  const properties = {
    'rest.auth.type': 'sigv4',
    'rest.auth.sigv4.region': keys.region,
    'rest.auth.sigv4.service': keys.service,
    'rest.auth.sigv4.access-key-id': keys.accessKeyId,
    'rest.auth.sigv4.secret-access-key': keys.secretAccessKey,
  }
  // The names contain unusual characters but no apostrophe, because the reference server inserts names into SQL without
  // escaping. The table is not dropped, because the server does not find folders with such names.
  const id = ['its ü!', 'a/b (1)*']
  return [
    check('every request is signed, also requests with unusual names and with rows', async ({ node }) => {
      await using lance = await LanceNamespace.connect({ uri, properties, headers: { 'x-team': 'core' } })
      await lance.createNamespace({ id: id.slice(0, 1) })
      await lance.createTable({ id, properties: { k: "v'(1)" } }, readRows(node, range(0, 10)))
      deepEqual(await gathered(lance.listTables({ id: id.slice(0, 1), limit: 1 })), id.slice(1))
      const bytes = await lance.queryTable({ id, k: 1, vector: { single_vector: [3, 1] } })
      deepEqual(idsIn(node, bytes), [3n])
      equal(await lance.countTableRows({ id, predicate: "name != '*'" }), 10)
      await lance.deregisterTable({ id })
    }),
    check('unsigned requests are refused with the reason', async () => {
      const wrong = { ...properties, 'rest.auth.sigv4.secret-access-key': 'wrong' }
      for (const each of [wrong, {}, { ...properties, 'rest.auth.sigv4.service': 'glue' }]) {
        await using lance = await LanceNamespace.connect({ uri, properties: each })
        await rejects(gathered(lance.listNamespaces()), UnauthenticatedError)
      }
    }),
  ]
}
