import { BrokenCircuitError } from 'cockatiel'
import { afterEach, expect, test, vi } from 'vitest'
import { pauseMs, upstreamCircuit } from './circuit.ts'

afterEach(() => vi.useRealTimers())

const lost = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' })

test('the circuit breaker opens after five lost requests in a row, and one request tests it after the pause', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const circuit = upstreamCircuit()
  let sent = 0
  const fail = (): Promise<never> => {
    sent += 1
    return Promise.reject(lost)
  }
  for (let n = 0; n < 5; n += 1) await expect(circuit.execute(fail)).rejects.toBe(lost)
  await expect(circuit.execute(fail)).rejects.toBeInstanceOf(BrokenCircuitError)
  expect(sent).toBe(5)
  vi.setSystemTime(Date.now() + pauseMs)
  await expect(circuit.execute(fail)).rejects.toBe(lost)
  await expect(circuit.execute(fail)).rejects.toBeInstanceOf(BrokenCircuitError)
  vi.setSystemTime(Date.now() + pauseMs)
  expect(await circuit.execute(() => 'response')).toBe('response')
  await expect(circuit.execute(fail)).rejects.toBe(lost)
})

test('requests that their clients cancelled do not open the circuit breaker', async () => {
  const circuit = upstreamCircuit()
  const cancelled = new Error('the client disconnected')
  for (let n = 0; n < 20; n += 1)
    await expect(circuit.execute(() => Promise.reject(cancelled))).rejects.toBe(cancelled)
})
