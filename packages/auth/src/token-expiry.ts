import type { Party } from './provenance.ts'

/**
 * Returns the expiry time of a JWT (`exp`) in epoch ms. Returns undefined for a JWT without `exp`, and for a token that
 * is not a JWT.
 *
 * @example
 * ```ts
 * jwtExpiry('opaque') // undefined
 * ```
 */
export function jwtExpiry(token: string): number | undefined {
  const exp = decodeClaims(token)?.['exp']
  return typeof exp === 'number' && Number.isFinite(exp) ? exp * 1_000 : undefined
}

/**
 * Returns the issuer and subject of a JWT, or undefined for a token that is not a JWT. The JWT is not verified, because
 * the result is only used to detect that a renewal returned a token of another subject.
 */
export function jwtParty(token: string): Party | undefined {
  const { iss, sub } = decodeClaims(token) ?? {}
  if (typeof sub !== 'string') return undefined
  return { ...(typeof iss === 'string' ? { issuer: iss } : {}), subject: sub }
}

/**
 * Returns the subject of a JWT as the member `who` of a `Provenance`. Returns an empty object for a token that is
 * not a JWT.
 */
export function jwtProvenance(token: string): { readonly who?: Party } {
  const who = jwtParty(token)
  return who === undefined ? {} : { who }
}

/** Decodes the claims of a JWT without verifying them. */
function decodeClaims(
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

/**
 * Maximum number of actors that are read from a JWT. The limit is necessary, because the issuer decides how many actors
 * a JWT contains.
 */
const MAX_ACTORS = 16

/** Returns the actors of a JWT, the outermost first (RFC 8693 section 4.1). The JWT is not verified. */
export function jwtActors(token: string): readonly Party[] {
  const actors: Party[] = []
  let act: unknown = decodeClaims(token)?.['act']
  while (typeof act === 'object' && act !== null && 'sub' in act && actors.length < MAX_ACTORS) {
    const { sub } = act
    if (typeof sub !== 'string') break
    actors.push({ ...('iss' in act && typeof act.iss === 'string' ? { issuer: act.iss } : {}), subject: sub })
    act = 'act' in act ? act.act : undefined
  }
  return actors
}
