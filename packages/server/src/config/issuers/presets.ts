import type { ClaimName, IssuerEntry } from './schema.ts'

/** What is known of an identity provider. Whatever the configuration says itself comes before it. */
export type Preset = Partial<
  Pick<IssuerEntry, 'algorithms' | 'tokenType' | 'subjectTokens' | 'makesPrincipals'>
> & { readonly claims?: Readonly<Partial<Record<ClaimName, string>>> }

export const presets: Readonly<Record<NonNullable<IssuerEntry['preset']>, Preset>> = {
  /** https://www.keycloak.org: access tokens have `typ` JWT and say `Bearer` inside; `client_id` is in tokens of service accounts alone. */
  keycloak: {
    tokenType: 'any',
    claims: { login: 'preferred_username', name: 'name', groups: 'groups', service: 'client_id' },
  },
  /** Microsoft Entra ID, v2 tokens: `sub` differs from app to app, `oid` does not. Groups are ids. */
  entra: {
    tokenType: 'any',
    algorithms: ['RS256'],
    claims: { subject: 'oid', login: 'preferred_username', name: 'name', groups: 'groups' },
  },
  /** A custom authorization server: `sub` is the login, `uid` the user. */
  okta: {
    tokenType: 'any',
    algorithms: ['RS256'],
    claims: { subject: 'uid', login: 'sub', groups: 'groups' },
  },
  /** Own claims of Auth0 have a URL for a name; `act` is issued. */
  auth0: { tokenType: 'any', algorithms: ['RS256', 'PS256'] },
  /** Access tokens of Google are no JWTs and cannot be introspected: id_tokens are what there is, as subjects of an exchange. */
  google: {
    tokenType: 'any',
    algorithms: ['RS256'],
    subjectTokens: ['id_token'],
    claims: { login: 'email', name: 'name' },
  },
  /** Tokens of service accounts. They name no groups and are no people: they prove clients, and make no principals. */
  kubernetes: { tokenType: 'any', algorithms: ['RS256', 'ES256'], makesPrincipals: false, subjectTokens: [] },
}
