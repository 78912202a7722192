import type { ClaimName, IssuerEntry } from './schema.ts'

/** Default settings for the product of an identity provider. Settings in the configuration override them. */
export type Preset = Partial<
  Pick<IssuerEntry, 'algorithms' | 'tokenType' | 'subjectTokens' | 'makesPrincipals'>
> & { readonly claims?: Readonly<Partial<Record<ClaimName, string>>> }

export const presets: Readonly<Record<NonNullable<IssuerEntry['preset']>, Preset>> = {
  /**
   * Keycloak (https://www.keycloak.org). The header of its access tokens has the `typ` `JWT`, and their claim `typ` is
   * `Bearer`. Only tokens of service accounts contain `client_id`.
   */
  keycloak: {
    tokenType: 'any',
    claims: { login: 'preferred_username', name: 'name', groups: 'groups', service: 'client_id' },
  },
  /**
   * Microsoft Entra ID, tokens of version 2. The `sub` of a user differs between applications, but `oid` does not.
   * Groups are ids.
   */
  entra: {
    tokenType: 'any',
    algorithms: ['RS256'],
    claims: { subject: 'oid', login: 'preferred_username', name: 'name', groups: 'groups' },
  },
  /** Okta with a custom authorization server. `sub` is the login name, and `uid` identifies the user. */
  okta: {
    tokenType: 'any',
    algorithms: ['RS256'],
    claims: { subject: 'uid', login: 'sub', groups: 'groups' },
  },
  /**
   * Auth0. The preset sets no claims, because the names of custom claims are URLs that each customer chooses. Its
   * tokens contain `act`.
   */
  auth0: { tokenType: 'any', algorithms: ['RS256', 'PS256'] },
  /**
   * Google. Its access tokens are not JWTs and cannot be introspected, so only id tokens are accepted, as subjects of a
   * token exchange.
   */
  google: {
    tokenType: 'any',
    algorithms: ['RS256'],
    subjectTokens: ['id_token'],
    claims: { login: 'email', name: 'name' },
  },
  /**
   * Kubernetes service accounts. Their tokens contain no groups. They authenticate clients, so no principals are
   * created from them.
   */
  kubernetes: { tokenType: 'any', algorithms: ['RS256', 'ES256'], makesPrincipals: false, subjectTokens: [] },
}
