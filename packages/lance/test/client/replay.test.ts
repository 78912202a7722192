import { parse } from '@headgate/json'
import { expect, test } from 'vitest'
import { recordedExchanges, type RecordedExchange } from '../recorded-exchanges.ts'
import { isLanceErrorCode } from '../../src/model/error-codes.ts'
import type { LanceNamespace } from '../../src/client/lance-namespace.ts'
import { LanceNamespaceError } from '../../src/client/errors/lance-namespace-error.ts'
import { gathered, testNamespace } from './scripted-server.ts'

// What real clients sent is asked for again through this one, and the reference server's answers are played back.
const replayed = recordedExchanges.filter(
  ({ operation, request }) => operation?.body === 'json' && request.body !== undefined,
)

type Method = (request: unknown) => Promise<unknown>

const methodOf = (lance: LanceNamespace, operationId: string): Method =>
  Reflect.get(lance, operationId.charAt(0).toLowerCase() + operationId.slice(1)) as Method

/** Path segments and parameters, as a server reads them; Lance's own library writes a space as `+`. */
function meaningOf(target: string): unknown {
  const [path = '', query = ''] = target.split('?')
  return {
    path: path.split('/').map((segment) => decodeURIComponent(segment.replaceAll('+', '%20'))),
    query: Object.fromEntries(new URLSearchParams(query)),
  }
}

/** Whether this client refuses a request that others send, and the server refuses. */
const isRefused = ({ request, response }: RecordedExchange): boolean =>
  request.target.includes('a%24b') && response.status === 400

test('requests of real clients come out the same, and answers of the reference server are understood', async () => {
  let current: RecordedExchange | undefined
  await using it = await testNamespace({
    maxRetries: 0,
    answer: () => ({
      status: current?.response.status ?? 200,
      headers: { ...current?.response.headers },
      body: current?.response.arrow === true ? 'ARROW1' : (current?.response.body ?? ''),
    }),
  })
  let asked = 0
  for (const exchange of replayed) {
    current = exchange
    const { operation, request, place } = exchange
    const given = parse(request.body ?? '')
    const { identity, context, ...body } = given as Record<string, unknown>
    // The generated Python client leaves the identifier to the path.
    const id = 'id' in body ? body['id'] : segmentId(request.target)
    const settling = methodOf(it.lance, operation?.operationId ?? '')({ ...body, id, identity, context })
    const outcome: unknown = await Promise.resolve(
      'pages' in settling ? gathered(settling as never) : settling,
    ).catch((error: unknown) => error)
    if (isRefused(exchange)) {
      expect(outcome, place).toMatchObject({ code: 'bad-request' })
      continue
    }
    asked++
    const seen = it.seen.at(-1)
    expect(it.seen.length, place).toBe(asked)
    // The generated Python client says in the body alone what others say in the query too.
    expect(meaningOf(seen?.target ?? ''), place).toMatchObject(meaningOf(request.target) as object)
    expect(seen?.json, place).toMatchObject(body)
    checkOutcome(exchange, outcome)
  }
  expect(asked).toBeGreaterThan(150)
})

function segmentId(target: string): readonly string[] {
  const [, , , segment = ''] = target.split('?')[0]?.split('/') ?? []
  return decodeURIComponent(segment).split('$')
}

function checkOutcome({ operation, response, place }: RecordedExchange, outcome: unknown): void {
  if (response.status < 300) return expect(outcome, place).not.toBeInstanceOf(Error)
  if (operation?.answer === 'status' && response.status === 404) return expect(outcome, place).toBe(false)
  expect(outcome, place).toBeInstanceOf(LanceNamespaceError)
  if (!(outcome instanceof LanceNamespaceError)) return undefined
  expect(outcome.status, place).toBe(response.status)
  const sent = /^\{(?:"error":\s*"[^"]*",)?\s*"code":\s*(\d+)/.exec(response.body ?? '')?.[1]
  if (sent !== undefined) expect(outcome.code, place).toBe(Number(sent))
  if (isLanceErrorCode(outcome.code)) expect(outcome.name, place).not.toBe('LanceNamespaceError')
  return undefined
}
