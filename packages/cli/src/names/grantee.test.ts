import { describe, expect, it } from 'vitest'
import { formatGrantee, parseGrantee } from './grantee.ts'

describe('parseGrantee and formatGrantee', () => {
  it.each([
    ['principal:etl', { principal: 'etl' }],
    ['principal:https://idp.example#u-1', { principal: 'https://idp.example#u-1' }],
    ['role:analysts', { role: 'analysts' }],
    ['group:https://idp.example/realms/a#data team', { group: 'https://idp.example/realms/a#data team' }],
  ])('%s', (text, name) => {
    expect(parseGrantee(text)).toEqual(name)
  })

  it.each(['', 'etl', 'group:', 'Group:a#b', ':a'])('refuse %j', (text) => {
    expect(() => parseGrantee(text)).toThrow(expect.objectContaining({ exitCode: 2 }))
  })

  it('parseGrantee and formatGrantee parse a formatted group to the same group', () => {
    const group = { kind: 'group', id: '1', name: 'https://idp.example#a' } as const
    expect(parseGrantee(formatGrantee(group))).toEqual({ group: 'https://idp.example#a' })
  })

  it('parseGrantee and formatGrantee mark a group whose issuer is not configured', () => {
    const group = { kind: 'group', id: '1', name: 'https://idp.example#a' } as const
    expect(formatGrantee({ ...group, issuerConfigured: false })).toBe(
      'group:https://idp.example#a (issuer not configured)',
    )
    expect(formatGrantee({ ...group, issuerConfigured: true })).toBe('group:https://idp.example#a')
  })
})
