import { expect, it } from 'vitest'
import { checkIdentity } from './check-identity.ts'
import type { UpstreamProfile } from './profile.ts'

type Checked = Parameters<typeof checkIdentity>[0]

const audience = 'https://catalog.example.com'
const oauth2 = { 'rest.auth.type': 'oauth2' }

it.each<[Checked]>([
  [{}],
  [{ identity: { mode: 'service' }, auth: oauth2 }],
  [{ identity: { mode: 'assert', audience, subject: 'login', groups: true } }],
  [{ identity: { mode: 'assert', audience }, auth: oauth2 }],
  [{ identity: { mode: 'exchange' }, auth: oauth2 }],
  [{ identity: { mode: 'forward', audience } }],
])('accepts %j', (profile) => {
  expect(() => checkIdentity(profile)).not.toThrow()
})

it.each<[Pick<UpstreamProfile, 'auth' | 'authRead' | 'credentials' | 'identity'>, string]>([
  [{ identity: { mode: 'assert' } }, 'audience is missing'],
  [{ identity: { mode: 'forward' } }, 'audience is missing'],
  [{ identity: { mode: 'service', audience } }, 'no effect with the mode service'],
  [{ identity: { mode: 'forward', audience, groups: true } }, 'only assert mints a JWT'],
  [{ identity: { mode: 'exchange', subject: 'login' } }, 'only assert mints a JWT'],
  [{ identity: { mode: 'assert', audience }, authRead: oauth2 }, 'authRead has no effect'],
  [{ identity: { mode: 'assert', audience }, credentials: 'pass' }, 'use own or none'],
  [{ identity: { mode: 'forward', audience }, credentials: 'relay' }, 'use own or none'],
  [
    {
      identity: { mode: 'exchange' },
      auth: { ...oauth2, 'rest.auth.oauth2.grant-type': 'client_credentials' },
    },
    'grant-type is client_credentials',
  ],
  [{ identity: { mode: 'assert', audience }, auth: { 'rest.auth.type': 'google' } }, 'federation-audience'],
  [{ identity: { mode: 'assert', audience }, auth: { 'rest.auth.type': 'sigv4' } }, 'region is missing'],
])('refuses %j', (profile, message) => {
  expect(() => checkIdentity(profile)).toThrow(message)
})
