/** Claims of a token by which a catalog identifies the caller, without the token itself. */
export interface TokenFacts {
  /** Whether the token is a JWT, whose claims can be read. If false, all other members are empty. */
  readonly readable: boolean
  readonly issuer: string | undefined
  readonly subject: string | undefined
  readonly audiences: readonly string[]
  /** Actors that act for the subject, outermost actor first (RFC 8693 section 4.1). */
  readonly actors: readonly string[]
  readonly groups: readonly string[]
  /** Values of the claims `preferred_username`, `email` and `upn`, which also name the user. */
  readonly names: readonly string[]
  readonly scope: string | undefined
  /** Expiry of the token in epoch ms. */
  readonly expiresAt: number | undefined
  readonly notBefore: number | undefined
}

const maxActors = 8

/** Reads the claims of a token without verifying it. */
export function readTokenFacts(token: string): TokenFacts {
  const claims = decodeClaims(token)
  const text = (name: string): string | undefined => {
    const value = claims?.[name]
    return typeof value === 'string' ? value : undefined
  }
  const time = (name: string): number | undefined => {
    const value = claims?.[name]
    return typeof value === 'number' ? value * 1_000 : undefined
  }
  return {
    readable: claims !== undefined,
    issuer: text('iss'),
    subject: text('sub'),
    audiences: toTexts(claims?.['aud']),
    actors: readActors(claims?.['act']),
    groups: [...toTexts(claims?.['groups']), ...toTexts(claims?.['roles'])],
    names: ['preferred_username', 'email', 'upn', 'unique_name'].flatMap((name) => text(name) ?? []),
    scope: text('scope') ?? text('scp'),
    expiresAt: time('exp'),
    notBefore: time('nbf'),
  }
}

/** Formats the claims of a token for people. */
export function formatTokenFacts(token: TokenFacts): string {
  if (!token.readable) return 'the token is not a JWT, so its claims are unknown'
  const parts = [
    `sub ${token.subject ?? '–'}`,
    `act ${token.actors.join(' for ') || '–'}`,
    `aud ${token.audiences.join(', ') || '–'}`,
    `iss ${token.issuer ?? '–'}`,
    `groups ${token.groups.join(', ') || '–'}`,
    ...(token.expiresAt === undefined ? [] : [`until ${new Date(token.expiresAt).toISOString()}`]),
  ]
  return `the token says ${parts.join('; ')}`
}

function readActors(value: unknown): readonly string[] {
  const actors: string[] = []
  let act = value
  while (typeof act === 'object' && act !== null && 'sub' in act && actors.length < maxActors) {
    actors.push(String(act.sub))
    act = 'act' in act ? act.act : undefined
  }
  return actors
}

function toTexts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.flatMap((each) => (typeof each === 'string' ? [each] : [])) : []
}

function decodeClaims(token: string): Readonly<Record<string, unknown>> | undefined {
  const payload = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(token)?.[1]
  if (payload === undefined) return undefined
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    return typeof claims === 'object' && claims !== null ? { ...claims } : undefined
  } catch {
    return undefined
  }
}
