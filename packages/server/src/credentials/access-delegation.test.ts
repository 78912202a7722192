import { expect, test } from 'vitest'
import type { VendingProfile } from '../catalog/vending-profile.ts'
import { selectDelegation } from './access-delegation.ts'

const long = { mode: 'static', longLivedKeysMayLeaveTheServer: true } as const

test.each<[VendingProfile, string]>([
  [{ mode: 'gateway' }, 'vended-credentials'],
  [{ mode: 'gateway', whenNotAsked: true }, 'vended-credentials'],
  [{ mode: 'gateway', whenNotAsked: false }, 'none'],
  [{ mode: 'sts' }, 'none'],
  [{ mode: 'sts', whenNotAsked: true }, 'vended-credentials'],
  [{ mode: 'remote-signing' }, 'none'],
  [{ mode: 'remote-signing', whenNotAsked: true }, 'remote-signing'],
  [long, 'none'],
  [{ mode: 'none' }, 'none'],
])(
  'A client that does not request storage access, in a warehouse with vending %j, gets: %s',
  (profile, delegation) => {
    expect(selectDelegation(profile, [], true)).toBe(delegation)
  },
)

test('A client that does not request storage access gets no access from a server that cannot mint credentials', () => {
  expect(selectDelegation({ mode: 'gateway' }, [], false)).toBe('none')
  expect(selectDelegation({ mode: 'gateway' }, ['vended-credentials'], false)).toBe('vended-credentials')
})
