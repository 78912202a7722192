import { expect, test } from 'vitest'
import { testWarehouse } from '../credentials/vendors/test-requests.ts'
import { BodyCache } from './body-cache.ts'
import { pack } from './packed-body.ts'

test('those who load one body plain at the same time share its inflation', async () => {
  const cache = new BodyCache({ maxBytes: 10_000_000, maxFileBytes: 10_000_000 })
  const warehouse = testWarehouse({ mode: 'none' }, { bucket: 'lake', endpoint: 'http://127.0.0.1:9' }, null)
  const at = { warehouse, identifier: { namespace: ['a'], name: 't' } }
  const text = Buffer.from(JSON.stringify(Array.from({ length: 50_000 }, (_, index) => index)))
  const served = { location: 's3://lake/t/metadata/00000.json', plain: null, packed: await pack(text) }
  const [first, ...others] = await Promise.all(
    Array.from({ length: 10 }, () => cache.inflated(at, 'all', served)),
  )
  expect(first).toEqual(text)
  for (const other of others) expect(other).toBe(first)
  expect(cache.held(at, 'all')?.plain).toBe(first)
})
