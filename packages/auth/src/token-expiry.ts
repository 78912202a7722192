import type { Party } from './provenance.ts'

/**
 * Returns the end of a JWT (`exp`) in epoch ms. Returns undefined for another token and for a JWT without an end.
 *
 * @example
 * ```ts
 * jwtExpiry('opaque') // undefined
 * ```
 */
export function jwtExpiry(token: string): number | undefined {
  const exp = claimsOf(token)?.['exp']
  return typeof exp === 'number' && Number.isFinite(exp) ? exp * 1_000 : undefined
}

/** Whom a JWT is about. Nothing is verified: this is only to notice when a renewal is about somebody else. */
export function jwtParty(token: string): Party | undefined {
  const { iss, sub } = claimsOf(token) ?? {}
  if (typeof sub !== 'string') return undefined
  return { ...(typeof iss === 'string' ? { issuer: iss } : {}), subject: sub }
}

/** Whom a JWT is about, as a part of its provenance; nothing for any other text. */
export function whoOf(token: string): { readonly who?: Party } {
  const who = jwtParty(token)
  return who === undefined ? {} : { who }
}

function claimsOf(
  token: string,
): { readonly [name: string]: unknown; iss?: unknown; sub?: unknown } | undefined {
  const payload = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(token)?.[1]
  if (payload === undefined) return undefined
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (c) =>
      c.charCodeAt(0),
    )
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof claims === 'object' && claims !== null ? { ...claims } : undefined
  } catch {
    return undefined
  }
}

/** Who acts for the one a JWT is about, outermost first (RFC 8693 section 4.1). Nothing is verified. */
export function jwtActors(token: string): readonly Party[] {
  const actors: Party[] = []
  let act: unknown = claimsOf(token)?.['act']
  // Chains are short; what an issuer sends is not trusted to be.
  while (typeof act === 'object' && act !== null && 'sub' in act && actors.length < 16) {
    const { sub } = act
    if (typeof sub !== 'string') break
    actors.push({ ...('iss' in act && typeof act.iss === 'string' ? { issuer: act.iss } : {}), subject: sub })
    act = 'act' in act ? act.act : undefined
  }
  return actors
}
