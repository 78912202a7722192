import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { healthOperations } from './health.ts'

const limits = {
  maxBodyBytes: 1,
  maxJsonDepth: 1,
  maxJsonValues: 250_000,
  requestTimeoutMs: 1,
  maxNameBytes: 1,
  maxPageSize: 1,
}

test('Health logs when a check begins to fail and when it succeeds again, and the response does not contain the reason', async () => {
  let broken: Error | null = null
  const logged: unknown[] = []
  const operations = healthOperations({
    checks: () => [['storage', () => (broken === null ? Promise.resolve() : Promise.reject(broken))]],
    onChange: (name, reason) => logged.push([name, reason]),
    metrics: () => Promise.resolve(''),
    contentType: 'text/plain',
  })
  const ask = async (method: string): Promise<unknown> => {
    const ready = operations.find((one) => one.id === 'ready' && one.method === method)
    const { status, body } = (await ready?.open(new IncomingMessage(new Socket()), limits)) ?? {}
    return [status, body]
  }
  expect(await ask('GET')).toEqual([200, '{"status":"ready","checks":{"storage":"ok"}}'])
  broken = new Error('EACCES')
  const failing = '{"status":"not ready","checks":{"storage":"failing"}}'
  expect(await ask('GET')).toEqual([503, failing])
  expect(await ask('GET')).toEqual([503, failing])
  expect(await ask('HEAD')).toEqual([503, null])
  expect(logged).toEqual([['storage', broken]])
  broken = null
  expect(await ask('HEAD')).toEqual([200, null])
  expect(logged.at(-1)).toEqual(['storage', null])
})
