import { hash } from 'node:crypto'
import { z } from 'zod'
import type { Access } from './vendor.ts'

/** A party as a token names it. */
export interface NamedParty {
  readonly id: string
  readonly issuer: string
  readonly subject: string
}

/** What a storage refresh token stands for. Times are epoch ms. */
export interface RefreshClaims {
  /** This server, by its public URL. */
  readonly issuer: string
  readonly issuedAt: number
  readonly expiresAt: number
  /** Nothing that comes of this token lives longer. */
  readonly cap: number
  readonly principal: NamedParty
  /** The engine that acted for the principal, the outermost one. */
  readonly actor: NamedParty | null
  /**
   * The end of the session under which it was handed out: the engine alone renews nothing beyond it. Null: there is no
   * engine, or the token was made before this was kept.
   */
  readonly sessionEndsAt: number | null
  readonly warehouseId: string
  /** Made by the server; for a table that is being created, the id reserved for it. */
  readonly relationId: string
  readonly staged: boolean
  /** The name as the client knows it. */
  readonly namespace: readonly string[]
  readonly table: string
  /** `prefix` of the credential, as clients match on it. */
  readonly prefix: string
  /** Digest of the locations, see `digestOfLocations`. */
  readonly locations: string
  readonly access: Access
  /** How access was handed out; another way would need another configuration of the client. */
  readonly mode: string
  /** Ids of the views that the table is read through: their definers' rights decide. Absent: the principal's own. */
  readonly through?: readonly string[]
  /** What the engine called the query that asked first: it is that of the renewals too. For the audit. */
  readonly queryId?: string
}

const audience = 'storage-refresh'

const party = z.tuple([z.string(), z.string(), z.string()])
const stored = z.object({
  v: z.literal(1),
  aud: z.literal(audience),
  iss: z.string(),
  // Numeric dates of RFC 7519 may have a fraction: revocations are told apart from what came right before them.
  iat: z.number(),
  exp: z.number(),
  cap: z.number(),
  sub: party,
  act: party.nullable(),
  se: z.number().optional(),
  wh: z.string(),
  rel: z.string(),
  st: z.boolean(),
  ns: z.array(z.string()),
  tbl: z.string(),
  pre: z.string(),
  loc: z.string(),
  acc: z.enum(['read', 'read-write']),
  mode: z.string(),
  via: z.array(z.string()).optional(),
  qid: z.string().optional(),
})

export function encodeRefreshClaims(claims: RefreshClaims): Uint8Array {
  const { principal, actor } = claims
  const plain: z.infer<typeof stored> = {
    v: 1,
    aud: audience,
    iss: claims.issuer,
    iat: claims.issuedAt / 1000,
    exp: claims.expiresAt / 1000,
    cap: claims.cap / 1000,
    sub: [principal.id, principal.issuer, principal.subject],
    act: actor === null ? null : [actor.id, actor.issuer, actor.subject],
    ...(claims.sessionEndsAt === null ? {} : { se: claims.sessionEndsAt / 1000 }),
    wh: claims.warehouseId,
    rel: claims.relationId,
    st: claims.staged,
    ns: [...claims.namespace],
    tbl: claims.table,
    pre: claims.prefix,
    loc: claims.locations,
    acc: claims.access,
    mode: claims.mode,
    ...(claims.through === undefined ? {} : { via: [...claims.through] }),
    ...(claims.queryId === undefined ? {} : { qid: claims.queryId }),
  }
  return Buffer.from(JSON.stringify(plain))
}

/** Null: not what we write. */
export function decodeRefreshClaims(plain: Uint8Array): RefreshClaims | null {
  const parsed = stored.safeParse(jsonOf(plain))
  if (!parsed.success) return null
  const { data } = parsed
  return {
    issuer: data.iss,
    issuedAt: Math.round(data.iat * 1000),
    expiresAt: Math.round(data.exp * 1000),
    cap: Math.round(data.cap * 1000),
    principal: partyOf(data.sub),
    actor: data.act === null ? null : partyOf(data.act),
    sessionEndsAt: data.se === undefined ? null : Math.round(data.se * 1000),
    warehouseId: data.wh,
    relationId: data.rel,
    staged: data.st,
    namespace: data.ns,
    table: data.tbl,
    prefix: data.pre,
    locations: data.loc,
    access: data.acc,
    mode: data.mode,
    ...(data.via === undefined ? {} : { through: data.via }),
    ...(data.qid === undefined ? {} : { queryId: data.qid }),
  }
}

/** Equal exactly for equal sets of canonical prefixes. */
export function digestOfLocations(prefixes: readonly string[]): string {
  return hash('sha256', JSON.stringify([...new Set(prefixes)].toSorted()), 'base64url')
}

function partyOf([id, issuer, subject]: z.infer<typeof party>): NamedParty {
  return { id, issuer, subject }
}

function jsonOf(plain: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(plain).toString())
  } catch {
    return null
  }
}
