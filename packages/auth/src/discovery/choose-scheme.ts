import { admitScheme, quote, type AdmitOptions } from './admit-scheme.ts'
import type { Scheme } from './declaration.ts'
import { findParameters, sendsPermanentSecret } from './declarable.ts'

interface ChosenScheme {
  /**
   * Chosen authentication type, followed by the type of its delegate if the scheme has a delegate. A delegate
   * authenticates requests before they are signed.
   */
  readonly types: readonly [string, ...string[]]
  /** Properties that the declaration adds to the configured properties of the client. */
  readonly added: Readonly<Record<string, string>>
}

export interface SchemeChoice {
  readonly chosen: ChosenScheme | undefined
  /** One sentence for each scheme that was dropped, with the reason. */
  readonly dropped: readonly string[]
  /** One sentence for each scheme that the client allows, but for which no credentials are configured. */
  readonly lackingCredentials: readonly string[]
}

/**
 * Chooses the first declared scheme that is allowed and has credentials. Schemes with configured credentials take
 * precedence over schemes whose provider may find credentials in its environment. Among schemes with configured
 * credentials, types that send a permanent secret come last.
 */
export function chooseScheme(options: AdmitOptions): SchemeChoice {
  const dropped: string[] = []
  const lackingCredentials: string[] = []
  const usable: RankedScheme[] = []
  for (const scheme of options.declaration.schemes) {
    const result = rankScheme(scheme, options)
    if (typeof result === 'string') dropped.push(`${quote(scheme.type)} was dropped: ${result}`)
    else if ('typeWithoutCredentials' in result)
      lackingCredentials.push(describeMissingCredentials(result.typeWithoutCredentials))
    else usable.push(result)
  }
  return { chosen: usable.toSorted((a, b) => a.rank - b.rank)[0]?.chosen, dropped, lackingCredentials }
}

interface RankedScheme {
  readonly chosen: ChosenScheme
  readonly rank: number
}

/**
 * Returns the scheme with its rank, the type of a scheme without credentials, or the reason why the scheme is
 * dropped.
 */
function rankScheme(
  scheme: Scheme,
  options: AdmitOptions,
): RankedScheme | { readonly typeWithoutCredentials: string } | string {
  const { type, delegate } = scheme
  const outer = admitScheme(scheme, options)
  if (!outer.ok) return outer.reason
  const rank = rankType(type, options)
  if (rank === undefined) return { typeWithoutCredentials: type }
  const signs = /^sigv4a?$/.test(type)
  const hasDelegate = options.configured(type).has('delegate-auth-type')
  const added = toProperties(type, outer.parameters)
  if (delegate === undefined) {
    // Other properties may imply a delegate. This property disables the delegate, because the client sends the identity
    // of a delegate only to a catalog that declares a delegate.
    if (signs && !hasDelegate) added[`rest.auth.${type}.delegate-auth-type`] = 'none'
    return { chosen: { types: [type], added }, rank }
  }
  if (!signs || /^sigv4a?$/.test(delegate.type)) {
    return 'only sigv4 and sigv4a may have a delegate, which must be of another type'
  }
  const inner = admitScheme(delegate, options)
  if (!inner.ok) return `its delegate ${quote(delegate.type)} is refused: ${inner.reason}`
  const delegateRank = rankType(delegate.type, options)
  if (delegateRank === undefined) return { typeWithoutCredentials: delegate.type }
  if (!hasDelegate) added[`rest.auth.${type}.delegate-auth-type`] = delegate.type
  return {
    chosen: {
      types: [type, delegate.type],
      added: { ...added, ...toProperties(delegate.type, inner.parameters) },
    },
    rank: Math.max(rank, delegateRank),
  }
}

/** Authentication types whose providers search for credentials in their environment when none are configured. */
const findsCredentials = new Set(['sigv4', 'sigv4a', 'google', 'entra'])

/**
 * Returns the rank of an authentication type; the lowest rank is preferred. Returns undefined if the client has no
 * credentials for the type.
 */
function rankType(type: string, options: AdmitOptions): number | undefined {
  const credentials = [...options.configured(type)].filter(
    (name) => !(findParameters(type) ?? []).includes(name) && name !== 'delegate-auth-type',
  )
  // With only a `token`, `oauth2` cannot request tokens from the declared issuer, so the token does not count as a
  // credential.
  const isConfigured =
    type === 'oauth2' ? credentials.some((name) => name !== 'token') : credentials.length > 0
  if (isConfigured) return sendsPermanentSecret.has(type) ? 1 : 0
  return findsCredentials.has(type) ? 2 : undefined
}

function describeMissingCredentials(type: string): string {
  return `${type} has no credentials: set them below rest.auth.${type}`
}

function toProperties(type: string, parameters: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...parameters].map(([name, value]) => [`rest.auth.${type}.${name}`, value]))
}
