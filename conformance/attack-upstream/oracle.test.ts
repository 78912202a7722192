import { expect, test } from 'vitest'
import { judge } from './oracle.ts'

const evidence = (status: number, text: string, what = 'x') => ({
  what,
  seen: [{ status, text }],
  escapes: [],
})

test('the oracle counts a response with a secret or with internals of the server as a successful attack', () => {
  expect(judge({}, evidence(404, 'at 127.0.0.1:4711'), ['127.0.0.1:4711']).escapes).toHaveLength(1)
  expect(judge({}, evidence(500, 'x at f (node:fs:1:2)'), []).escapes).toHaveLength(1)
  expect(judge({}, evidence(404, 'no table hidden'), ['hidden']).escapes).toHaveLength(1)
})

test('the oracle accepts an error message that repeats a name from the request', () => {
  expect(judge({}, evidence(404, 'no table hidden', 'GET hidden'), ['hidden']).escapes).toEqual([])
})

test('the oracle reports a refused legitimate request and an unexpected 500 as faults of the server', () => {
  expect(judge({ legitimate: true }, evidence(404, ''), []).broken).toHaveLength(1)
  expect(judge({}, evidence(500, 'InternalServerError'), []).broken).toHaveLength(1)
  expect(judge({}, evidence(500, 'CommitStateUnknownException'), []).broken).toEqual([])
})
