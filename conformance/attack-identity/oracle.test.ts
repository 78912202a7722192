import { describe, expect, test } from 'vitest'
import { judge } from './oracle.ts'

const around = { secrets: ['s3cret-of-alice'], fetched: [] }
const attack = { name: 'an-attack' }
const seen = (
  status: number,
  text = '',
): { what: string; seen: { status: number; text: string; ms: number }[] } => ({
  what: 'a case',
  seen: [{ status, text, ms: 1 }],
})

describe('judge', () => {
  test('the oracle finds no successful attack in a refusal', () => {
    expect(judge(attack, seen(401, '{"error":"invalid_client"}'), around)).toEqual({
      escapes: [],
      broken: [],
      limited: false,
    })
  })

  test.each([200, 204, 302])(
    'the oracle reports a successful attack when the server answers an attack with status %i',
    (status) => {
      expect(judge(attack, seen(status), around).escapes).toEqual([`it was accepted (${status})`])
    },
  )

  test('the oracle reports a secret, a stack trace or SQL in a refusal', () => {
    expect(judge(attack, seen(401, 'not s3cret-of-alice'), around).escapes).toHaveLength(1)
    expect(
      judge(attack, seen(400, 'Error\n    at verify (file:///server/x.ts:1:2)'), around).escapes,
    ).toHaveLength(1)
    expect(judge(attack, seen(400, 'SELECT id FROM principals'), around).escapes).toHaveLength(1)
  })

  test('the oracle reports a request that the server sent to an address from the token', () => {
    expect(judge(attack, seen(401), { ...around, fetched: ['GET /attacker'] }).escapes).toHaveLength(1)
  })

  test('the oracle reports a server error, and a legitimate request that the server refused', () => {
    expect(judge(attack, seen(500), around).broken).toHaveLength(1)
    expect(judge({ name: 'canary', legitimate: true }, seen(401), around)).toMatchObject({
      escapes: [],
      broken: [expect.stringContaining('401')],
    })
    expect(judge({ name: 'canary', legitimate: true }, seen(200, 's3cret-of-alice'), around)).toMatchObject({
      escapes: [],
      broken: [],
    })
  })

  test('the oracle marks a case as rate-limited if the server answers with status 429', () => {
    expect(judge(attack, seen(429), around).limited).toBe(true)
  })
})
