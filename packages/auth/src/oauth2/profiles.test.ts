import { describe, expect, it } from 'vitest'
import { catchMessage } from '../../test/context.ts'
import { profiles, type FormParameters, type GrantType, type ProfileName } from './profiles.ts'

type Row = [
  ProfileName,
  GrantType,
  { audience?: string; resource?: string; scope?: string },
  FormParameters | string,
]

describe('a profile', () => {
  it.each<Row>([
    [
      'generic',
      'token-exchange',
      { audience: 'a', resource: 'https://r/' },
      [
        ['audience', 'a'],
        ['resource', 'https://r/'],
      ],
    ],
    [
      'keycloak',
      'token-exchange',
      { audience: 'lakehouse', scope: 'lakehouse' },
      [
        ['audience', 'lakehouse'],
        ['scope', 'lakehouse'],
      ],
    ],
    ['keycloak', 'token-exchange', { resource: 'https://r/' }, 'name the client id in audience'],
    ['entra', 'client_credentials', { audience: 'api://lake' }, [['scope', 'api://lake/.default']]],
    ['entra', 'jwt-bearer', { scope: 'api://lake/.default' }, [['scope', 'api://lake/.default']]],
    ['entra', 'client_credentials', {}, 'p.scope: Entra requires a scope'],
    [
      'entra',
      'token-exchange',
      { scope: 'x' },
      'p.grant-type: Entra has no token exchange: set grant-type=jwt-bearer',
    ],
    [
      'okta',
      'token-exchange',
      { audience: 'api://lake', scope: 'read' },
      [
        ['audience', 'api://lake'],
        ['scope', 'read'],
      ],
    ],
    ['okta', 'token-exchange', { audience: 'api://lake' }, 'Okta requires the scope'],
    ['okta', 'token-exchange', { scope: 'read' }, 'Okta requires the audience'],
    ['okta', 'client_credentials', { scope: 'read' }, [['scope', 'read']]],
    ['auth0', 'client_credentials', { audience: 'https://lake' }, [['audience', 'https://lake']]],
    [
      'auth0',
      'token-exchange',
      { resource: 'https://lake', scope: 'read' },
      [
        ['audience', 'https://lake'],
        ['scope', 'read'],
      ],
    ],
    ['auth0', 'client_credentials', { scope: 'read' }, 'Auth0 requires the identifier of the API'],
    ['auth0', 'client_credentials', { audience: 'a', resource: 'b' }, 'Auth0 issues tokens for one API'],
    [
      'google-sts',
      'token-exchange',
      { audience: '//iam.googleapis.com/p' },
      [
        ['audience', '//iam.googleapis.com/p'],
        ['scope', 'https://www.googleapis.com/auth/cloud-platform'],
      ],
    ],
    ['google-sts', 'token-exchange', {}, 'Google requires one identity provider'],
  ])(
    'the profile for the product %s sends or refuses the grant %s with the target %j',
    async (profile, grant, { audience, resource, scope }, expected) => {
      const target = {
        audiences: audience === undefined ? [] : [audience],
        resources: resource === undefined ? [] : [resource],
        scope,
      }
      if (typeof expected !== 'string')
        expect(profiles[profile].target(target, grant, 'p.')).toEqual(expected)
      else
        expect(
          await catchMessage(Promise.try(() => profiles[profile].target(target, grant, 'p.'))),
        ).toContain(expected)
    },
  )

  it('the profile for the product Entra adds a parameter to requests on behalf of a user', () => {
    expect(profiles.entra.extra?.('jwt-bearer')).toEqual([['requested_token_use', 'on_behalf_of']])
    expect(profiles.entra.extra?.('client_credentials')).toEqual([])
  })
})
