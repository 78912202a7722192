import fc from 'fast-check'
import { expect, test } from 'vitest'
import { operations } from '../../src/model/operations.ts'
import { LanceNamespaceError } from '../../src/client/errors/lance-namespace-error.ts'
import { LanceNamespace } from '../../src/client/lance-namespace.ts'

const words = [
  'namespaces',
  'tables',
  'versions',
  'location',
  'code',
  'error',
  'metadata',
  'count',
  'page_token',
  'version',
  'tags',
]
const json = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('', 'a', null, true, 0, -1, 1.5, 4, 999, 9007199254740991),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...words), tie('any'), { maxKeys: 4 }),
  ),
})).any
const body = fc.oneof(
  json.map((value) => new TextEncoder().encode(JSON.stringify(value))),
  fc.uint8Array({ maxLength: 12 }),
  fc
    .constantFrom('', '"text', 'ARROW1', '9223372036854775808', '[[[[')
    .map((text) => new TextEncoder().encode(text)),
)
const status = fc.constantFrom(200, 201, 202, 206, 304, 302, 400, 401, 404, 406, 409, 429, 500, 503)

type Method = (request: object, data: Uint8Array) => unknown

test('each operation returns a result or throws a LanceNamespaceError for any response of the server', async () => {
  let respond = (): Response => new Response()
  const fetch = (): Promise<Response> => Promise.resolve(respond())
  const lance = await LanceNamespace.connect({ uri: 'http://lance.example', fetch, maxRetries: 0 })
  const request = { id: ['t'], index_name: 'i', metadata: {} }
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...operations), status, body, async ({ operationId }, status, bytes) => {
      respond = () => new Response(status === 304 ? null : bytes, { status })
      const method = Reflect.get(lance, operationId.charAt(0).toLowerCase() + operationId.slice(1)) as Method
      const called = method(request, Uint8Array.of(0xff)) as { pages?: () => AsyncGenerator }
      const outcome: unknown = await Promise.resolve(called.pages?.().next() ?? called).catch(
        (error: unknown) => error,
      )
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(LanceNamespaceError)
      if (status >= 300 && !(operationId.endsWith('Exists') && outcome === false))
        expect(outcome).toBeInstanceOf(Error)
    }),
    { numRuns: 1_000 },
  )
})
