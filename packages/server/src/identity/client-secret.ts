import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { findClient, findClientBySecret, type ClientRow } from '../store/client-secrets.ts'
import { ownIssuer } from '../store/principals.ts'
import type { Queryable } from '../store/sql.ts'
import type { ProvenIdentity } from '../proven-identity.ts'

/**
 * Generates a client secret: 256 random bits in base64url, 43 characters. Only the response that returns the
 * secret contains it as plain text.
 */
export function generateSecret(): string {
  return randomBytes(32).toString('base64url')
}

/**
 * Returns the SHA-256 digest of a secret, which the database stores. A digest without salt is sufficient,
 * because 2^256 secrets cannot be enumerated.
 */
export function hashSecret(secret: string): Buffer {
  return hash('sha256', secret, 'buffer')
}

export type ClientCheck =
  | { readonly ok: true; readonly identity: ProvenIdentity; readonly clientId: string }
  | {
      readonly ok: false
      /** Reason for the log. The response to the client is the same for most reasons. */
      readonly reason: string
      readonly clientId: string | null
      /** Message for the client. Absent or null: the client has not proven enough to receive details. */
      readonly message?: string | null
    }

/**
 * Authenticates a client by its secret.
 *
 * @param clientId null: the client sent only its secret, which identifies the client
 */
export async function checkClientSecret(
  sql: Queryable,
  clientId: string | null,
  secret: string,
  nowMs: number,
): Promise<ClientCheck> {
  const digest = hashSecret(secret)
  const client =
    clientId === null ? await findClientBySecret(sql, digest) : await findClient(sql, ownIssuer, clientId)
  const matches = matchesAny(client, digest)
  if (!client) return { ok: false, reason: clientId === null ? 'wrong secret' : 'unknown client', clientId }
  if (!matches) return { ok: false, reason: 'wrong secret', clientId: client.subject }
  if (!client.enabled) return { ok: false, reason: 'disabled', clientId: client.subject }
  const principal = { id: client.id, issuer: client.issuer, subject: client.subject, name: client.name }
  const identity: ProvenIdentity = {
    principal,
    actors: [],
    method: 'client-secret',
    expiresAt: null,
    issuedAt: nowMs,
  }
  return { ok: true, identity, clientId: client.subject }
}

/**
 * Compares a digest with both possible secrets of a client. The function always makes two comparisons, so that
 * its duration reveals neither which secret matched nor how many secrets the client has.
 */
function matchesAny(client: ClientRow | null, digest: Buffer): boolean {
  let matched = false
  for (let slot = 0; slot < 2; slot += 1) {
    const hash = client?.hashes[slot]
    const equal = timingSafeEqual(hash?.length === digest.length ? hash : Buffer.alloc(digest.length), digest)
    matched = (equal && hash !== undefined) || matched
  }
  return matched
}
