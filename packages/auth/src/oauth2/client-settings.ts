import { wrongProperty } from '../properties/wrong-property.ts'
import { Secret } from '../secret.ts'
import type { TokenInput } from './oauth-settings.ts'
import type { ClientAuthMethod, OAuthValues } from './oauth-values.ts'

/** Settings for the authentication of an OAuth client at the token endpoint. */
export interface ClientSettings {
  readonly id: string | undefined
  readonly method: ClientAuthMethod | undefined
  readonly secret: Secret | undefined
  readonly secretFile: string | undefined
  readonly assertion: TokenInput | undefined
  readonly jwt: {
    readonly privateKey: Secret | undefined
    readonly keyId: string | undefined
    readonly algorithm: string | undefined
    readonly claims: Readonly<Record<string, string>>
    readonly lifespanMs: number
    /** Additional header parameters of the client's JWT assertion, such as the thumbprint of a certificate. */
    readonly header: Readonly<Record<string, string>>
  }
}

/**
 * Reads the settings for the authentication of an OAuth client.
 *
 * @throws {AuthError} configuration, if `credential`, `client-id` and `client-secret` contradict each other
 */
export function readClient(values: OAuthValues, prefix: string): ClientSettings {
  const { id, secret } = splitCredential(values, prefix)
  const file = values['client-auth.assertion-file']
  const authType = values['client-auth.assertion-auth-type']
  if (file !== undefined && authType !== undefined) {
    throw wrongProperty(
      prefix,
      'client-auth.assertion-file',
      'set this property or client-auth.assertion-auth-type, not both',
    )
  }
  const claims: Record<string, string> = Object.fromEntries(values['client-auth.jwt.extra-claims.*'])
  const claimNames = { aud: 'audience', iss: 'issuer', sub: 'subject' } as const
  for (const [claim, name] of Object.entries(claimNames)) {
    const value = values[`client-auth.jwt.${name}`]
    if (value !== undefined) claims[claim] = value
  }
  return {
    id,
    method: values['client-auth'],
    secret,
    secretFile: values['client-secret-file'],
    assertion:
      file === undefined && authType === undefined
        ? undefined
        : {
            property: `${prefix}client-auth.assertion-${file === undefined ? 'auth-type' : 'file'}`,
            value: undefined,
            file,
            authType,
            nested: undefined,
            type: undefined,
          },
    jwt: {
      privateKey: values['client-auth.jwt.private-key'],
      keyId: values['client-auth.jwt.key-id'],
      algorithm: values['client-auth.jwt.algorithm'],
      claims,
      lifespanMs: values['client-auth.jwt.token-lifespan'],
      header: {},
    },
  }
}

function splitCredential(
  values: OAuthValues,
  prefix: string,
): { id: string | undefined; secret: Secret | undefined } {
  const { credential, 'client-id': id, 'client-secret': secret } = values
  if (credential === undefined) return { id, secret }
  const text = credential.reveal()
  const colon = text.indexOf(':')
  if (colon === -1 && id === undefined) {
    const fix = 'set this property to ID:SECRET, or set client-id too'
    throw wrongProperty(
      prefix,
      'credential',
      `${fix}. A client secret without a client id needs rest.auth.type=iceberg-legacy`,
    )
  }
  if (secret !== undefined)
    throw wrongProperty(prefix, 'credential', 'set this property or client-secret, not both')
  if (colon === -1) return { id, secret: credential }
  if (id !== undefined && id !== text.slice(0, colon)) {
    throw wrongProperty(prefix, 'client-id', 'the id differs from the id in credential: remove one of them')
  }
  return { id: text.slice(0, colon), secret: new Secret(text.slice(colon + 1)) }
}
