import { wrongProperty } from '../properties/wrong-property.ts'
import { Secret } from '../secret.ts'
import type { TokenInput } from './oauth-settings.ts'
import type { ClientAuthMethod, OAuthValues } from './oauth-values.ts'

/** How the client proves who it is. */
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
    /** What its header says besides: which certificate it is. */
    readonly header: Readonly<Record<string, string>>
  }
}

/** @throws AuthError when credential and client id or secret contradict each other. */
export function readClient(values: OAuthValues, prefix: string): ClientSettings {
  const { id, secret } = splitCredential(values, prefix)
  const file = values['client-auth.assertion-file']
  const authType = values['client-auth.assertion-auth-type']
  if (file !== undefined && authType !== undefined) {
    throw wrongProperty(prefix, 'client-auth.assertion-file', 'set it or client-auth.assertion-auth-type')
  }
  const claims: Record<string, string> = Object.fromEntries(values['client-auth.jwt.extra-claims.*'])
  const named = { aud: 'audience', iss: 'issuer', sub: 'subject' } as const
  for (const [claim, name] of Object.entries(named)) {
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
    const fix = 'it must be the id and the secret with a colon between, or set client-id too'
    throw wrongProperty(prefix, 'credential', `${fix}; for a secret alone take rest.auth.type=iceberg-legacy`)
  }
  if (secret !== undefined) throw wrongProperty(prefix, 'credential', 'set it or client-secret')
  if (colon === -1) return { id, secret: credential }
  if (id !== undefined && id !== text.slice(0, colon)) {
    throw wrongProperty(prefix, 'client-id', 'it says something else than credential')
  }
  return { id: text.slice(0, colon), secret: new Secret(text.slice(colon + 1)) }
}
