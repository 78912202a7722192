import { expect, test } from 'vitest'
import { judge } from './oracle.ts'

const evidence = (status: number, text: string, what = 'x') => ({
  what,
  seen: [{ status, text }],
  escapes: [],
})

test('a response with a secret or with internals is an escape', () => {
  expect(judge({}, evidence(404, 'at 127.0.0.1:4711'), ['127.0.0.1:4711']).escapes).toHaveLength(1)
  expect(judge({}, evidence(500, 'x at f (node:fs:1:2)'), []).escapes).toHaveLength(1)
  expect(judge({}, evidence(404, 'no table hidden'), ['hidden']).escapes).toHaveLength(1)
})

test('an error may repeat a name of the request', () => {
  expect(judge({}, evidence(404, 'no table hidden', 'GET hidden'), ['hidden']).escapes).toEqual([])
})

test('a refused legitimate request and an unexpected 500 are broken', () => {
  expect(judge({ legitimate: true }, evidence(404, ''), []).broken).toHaveLength(1)
  expect(judge({}, evidence(500, 'InternalServerError'), []).broken).toHaveLength(1)
  expect(judge({}, evidence(500, 'CommitStateUnknownException'), []).broken).toEqual([])
})
