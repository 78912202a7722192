import { admitScheme, shown, type AdmitOptions } from './admit-scheme.ts'
import type { Scheme } from './declaration.ts'
import { parametersOf, sendsLastingSecret } from './declarable.ts'

export interface Chosen {
  /** The type, and that of the delegate if there is one. */
  readonly types: readonly [string, ...string[]]
  /** The properties that the declaration adds to those of the client. */
  readonly added: Readonly<Record<string, string>>
}

export interface Choice {
  readonly chosen: Chosen | undefined
  /** Why schemes were dropped, one sentence for each. */
  readonly dropped: readonly string[]
  /** Those that could be used if there were credentials for them. */
  readonly lacking: readonly string[]
}

/**
 * The first scheme that is allowed and that there are credentials for. Credentials that were configured go before those
 * that may be found, and what sends a lasting secret comes after what does not.
 */
export function chooseScheme(options: AdmitOptions): Choice {
  const dropped: string[] = []
  const lacking: string[] = []
  const left: { readonly chosen: Chosen; readonly rank: number }[] = []
  for (const scheme of options.declaration.schemes) {
    const outcome = usable(scheme, options)
    if (typeof outcome === 'string') dropped.push(`${shown(scheme.type)} was dropped: ${outcome}`)
    else if ('lacks' in outcome) lacking.push(noCredentials(outcome.lacks))
    else left.push(outcome)
  }
  return { chosen: left.toSorted((a, b) => a.rank - b.rank)[0]?.chosen, dropped, lacking }
}

/** What a scheme comes to, the type that lacks credentials, or why it is dropped. */
function usable(
  scheme: Scheme,
  options: AdmitOptions,
): { readonly chosen: Chosen; readonly rank: number } | { readonly lacks: string } | string {
  const { type, delegate } = scheme
  const outer = admitScheme(scheme, options)
  if (!outer.ok) return outer.why
  const rank = rankOf(type, options)
  if (rank === undefined) return { lacks: type }
  const signs = /^sigv4a?$/.test(type)
  const configured = options.configured(type).has('delegate-auth-type')
  const added = named(type, outer.parameters)
  if (delegate === undefined) {
    // Not what the property map would imply: an identity is sent where the catalog asks for one.
    if (signs && !configured) added[`rest.auth.${type}.delegate-auth-type`] = 'none'
    return { chosen: { types: [type], added }, rank }
  }
  if (!signs || /^sigv4a?$/.test(delegate.type)) {
    return 'only a signature may have a delegate, and none of two signatures be one'
  }
  const inner = admitScheme(delegate, options)
  if (!inner.ok) return `of its delegate ${shown(delegate.type)}: ${inner.why}`
  const below = rankOf(delegate.type, options)
  if (below === undefined) return { lacks: delegate.type }
  if (!configured) added[`rest.auth.${type}.delegate-auth-type`] = delegate.type
  return {
    chosen: { types: [type, delegate.type], added: { ...added, ...named(delegate.type, inner.parameters) } },
    rank: Math.max(rank, below),
  }
}

/** Types that find credentials by themselves where nothing is configured. */
const findsCredentials = new Set(['sigv4', 'sigv4a', 'google', 'entra'])

/** Which types go first; undefined for one without credentials. */
function rankOf(type: string, options: AdmitOptions): number | undefined {
  const own = [...options.configured(type)].filter(
    (name) => !(parametersOf(type) ?? []).includes(name) && name !== 'delegate-auth-type',
  )
  // A token that is configured alone is a token to send.
  const has = type === 'oauth2' ? own.some((name) => name !== 'token') : own.length > 0
  if (has) return sendsLastingSecret.has(type) ? 1 : 0
  return findsCredentials.has(type) ? 2 : undefined
}

function noCredentials(type: string): string {
  return `For ${type} there are no credentials: set them below rest.auth.${type}`
}

function named(type: string, parameters: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...parameters].map(([name, value]) => [`rest.auth.${type}.${name}`, value]))
}
