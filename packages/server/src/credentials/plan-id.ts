import { hash } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { TableIdentifier } from '@headgate/iceberg/rest'
import type { KeyRing } from '../keys/key-ring.ts'
import { openToken, sealToken, type TokenKind } from '../keys/sealed-token.ts'
import { decodeRefreshClaims, encodeRefreshClaims, type RefreshClaims } from './refresh-claims.ts'
import { checkClaims, type TokenRefusal } from './refresh-token.ts'
import type { Result } from './result.ts'

/** Maximum length of a plan id in characters. Clients send it in paths and queries. */
export const maxPlanIdLength = 1_500
const maxPlainLength = 16_384
const kind: TokenKind = { purpose: 'storage-refresh', context: 'headgate plan id' }

/**
 * Seals the claims of a plan, so that its id renews its credential: the server stores no plans. The id contains only a
 * digest of the name of the table, because it must be short. Returns null when the id would be too long.
 */
export function sealPlanId(ring: KeyRing, claims: RefreshClaims): string | null {
  const named = { ...claims, namespace: [], table: digestOfName(claims) }
  const plain = deflateRawSync(encodeRefreshClaims(named)).toString('base64url')
  const { token } = sealToken(ring, kind, plain)
  return token.length > maxPlanIdLength ? null : token
}

/**
 * Opens a plan id, and validates its issuer and its times.
 *
 * @param expected `issuer`: this server's public URL; `now`: current time in epoch ms
 */
export function openPlanId(
  ring: KeyRing,
  planId: string,
  expected: { readonly issuer: string; readonly now: number },
): Result<RefreshClaims, TokenRefusal> {
  const opened = openToken(ring, kind, planId, maxPlanIdLength)
  if (!opened.ok)
    return { ok: false, reason: opened.reason === 'not ours' ? 'not decryptable' : opened.reason }
  const plain = inflateRawSync(Buffer.from(opened.plain, 'base64url'), { maxOutputLength: maxPlainLength })
  return checkClaims(decodeRefreshClaims(plain), expected)
}

/** Returns whether the claims of a plan id are for the table with this name. */
export function isPlanOf({ table }: RefreshClaims, { namespace, name }: TableIdentifier): boolean {
  return table === digestOfName({ namespace, table: name })
}

function digestOfName({ namespace, table }: Pick<RefreshClaims, 'namespace' | 'table'>): string {
  return hash('sha256', JSON.stringify([namespace, table]), 'base64url').slice(0, 22)
}
