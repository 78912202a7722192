import { parse } from '@headgate/json'
import { expect, test } from 'vitest'
import { recordedExchanges, type RecordedExchange } from '../recorded-exchanges.ts'
import { isLanceErrorCode } from '../../src/model/error-codes.ts'
import type { LanceNamespace } from '../../src/client/lance-namespace.ts'
import { LanceNamespaceError } from '../../src/client/errors/lance-namespace-error.ts'
import { collect, testNamespace } from './scripted-server.ts'

// The client sends the recorded requests of real clients, and receives the recorded responses of the reference server.
const replayed = recordedExchanges.filter(
  ({ operation, request }) => operation?.body === 'json' && request.body !== undefined,
)

type Method = (request: unknown) => Promise<unknown>

const findMethod = (lance: LanceNamespace, operationId: string): Method =>
  Reflect.get(lance, operationId.charAt(0).toLowerCase() + operationId.slice(1)) as Method

/** Parses the path and query of a recorded request. Lance's own library encodes a space in the path as `+`. */
function parseTarget(target: string): unknown {
  const [path = '', query = ''] = target.split('?')
  return {
    path: path.split('/').map((segment) => decodeURIComponent(segment.replaceAll('+', '%20'))),
    query: Object.fromEntries(new URLSearchParams(query)),
  }
}

/** Returns whether the client refuses a request that other clients send, and that the server refuses. */
const isRefused = ({ request, response }: RecordedExchange): boolean =>
  request.target.includes('a%24b') && response.status === 400

test('the client repeats the recorded requests of real clients, and decodes the recorded responses of the reference server', async () => {
  let current: RecordedExchange | undefined
  await using fixture = await testNamespace({
    maxRetries: 0,
    respond: () => ({
      status: current?.response.status ?? 200,
      headers: { ...current?.response.headers },
      body: current?.response.arrow === true ? 'ARROW1' : (current?.response.body ?? ''),
    }),
  })
  let sent = 0
  for (const exchange of replayed) {
    current = exchange
    const { operation, request, location } = exchange
    const recorded = parse(request.body ?? '')
    const { identity, context, ...body } = recorded as Record<string, unknown>
    // The generated Python client sends the identifier only in the path.
    const id = 'id' in body ? body['id'] : parseIdSegment(request.target)
    const called = findMethod(fixture.lance, operation?.operationId ?? '')({ ...body, id, identity, context })
    const outcome: unknown = await Promise.resolve(
      'pages' in called ? collect(called as never) : called,
    ).catch((error: unknown) => error)
    if (isRefused(exchange)) {
      expect(outcome, location).toMatchObject({ code: 'bad-request' })
      continue
    }
    sent++
    const received = fixture.requests.at(-1)
    expect(fixture.requests.length, location).toBe(sent)
    // The generated Python client sends some members only in the body that other clients also send in the query.
    expect(parseTarget(received?.target ?? ''), location).toMatchObject(parseTarget(request.target) as object)
    expect(received?.json, location).toMatchObject(body)
    checkOutcome(exchange, outcome)
  }
  expect(sent).toBeGreaterThan(150)
})

function parseIdSegment(target: string): readonly string[] {
  const [, , , segment = ''] = target.split('?')[0]?.split('/') ?? []
  return decodeURIComponent(segment).split('$')
}

function checkOutcome({ operation, response, location }: RecordedExchange, outcome: unknown): void {
  if (response.status < 300) return expect(outcome, location).not.toBeInstanceOf(Error)
  if (operation?.answer === 'status' && response.status === 404) return expect(outcome, location).toBe(false)
  expect(outcome, location).toBeInstanceOf(LanceNamespaceError)
  if (!(outcome instanceof LanceNamespaceError)) return undefined
  expect(outcome.status, location).toBe(response.status)
  const code = /^\{(?:"error":\s*"[^"]*",)?\s*"code":\s*(\d+)/.exec(response.body ?? '')?.[1]
  if (code !== undefined) expect(outcome.code, location).toBe(Number(code))
  if (isLanceErrorCode(outcome.code)) expect(outcome.name, location).not.toBe('LanceNamespaceError')
  return undefined
}
