import { randomUUID } from 'node:crypto'
import type { TestIssuer } from '@headgate/testkit'
import { createRemoteJWKSet, errors, jwtVerify } from 'jose'
import type { ExternalIdentities, ExternalParty, VerifiedExternal } from '../../src/identity/external.ts'
import { findPrincipalBySubject, insertPrincipal } from '../../src/store/principals.ts'
import type { Sql } from '../../src/store/sql.ts'

/** Accepts tokens of one issuer: verifies them, creates principals on first use, and ignores groups. */
export function simpleExternal(
  issuer: TestIssuer,
  audience: string,
  clientAudience: string,
): (sql: Sql) => ExternalIdentities {
  const keys = createRemoteJWKSet(new URL(issuer.jwksUri))
  return (sql) => ({
    tokens: {
      issuers: new Set([issuer.issuer]),
      async verify(token, purpose) {
        try {
          const { payload } = await jwtVerify(token, keys, {
            issuer: issuer.issuer,
            audience: purpose === 'client' ? clientAudience : audience,
            requiredClaims: ['sub', 'iat', 'exp'],
          })
          return { ok: true, value: readClaims(issuer.issuer, payload) }
        } catch (error) {
          if (error instanceof errors.JWTExpired)
            return { ok: false, reason: 'expired', message: 'the token has expired.' }
          return { ok: false, reason: 'wrong signature', message: String(error) }
        }
      },
    },
    secondLegs: {
      findProfile: () => null,
      ask: (_, subject) => Promise.resolve({ ok: true, value: subject }),
    },
    principals: {
      async of({ issuer, subject, name }) {
        const id = randomUUID()
        await insertPrincipal(sql, { id, issuer, subject, name: name ?? subject, kind: 'user' })
        const row = await findPrincipalBySubject(sql, issuer, subject)
        return { id: row?.id ?? id, issuer, subject, name: name ?? subject }
      },
    },
  })
}

function readClaims(issuer: string, payload: Record<string, unknown>): VerifiedExternal {
  const text = (name: string): string | null => {
    const value = payload[name]
    return typeof value === 'string' ? value : null
  }
  const time = (name: string): number => Number(payload[name]) * 1000
  return {
    issuer,
    subject: text('sub') ?? '',
    login: text('preferred_username'),
    name: text('name'),
    groups: null,
    actor: parseParty(issuer, payload['act']),
    mayAct: parseParty(issuer, payload['may_act']),
    clientId: text('azp'),
    scope: text('scope'),
    issuedAt: time('iat'),
    expiresAt: time('exp'),
    authTime: payload['auth_time'] === undefined ? null : time('auth_time'),
    id: text('jti'),
  }
}

function parseParty(issuer: string, claim: unknown): ExternalParty | null {
  if (typeof claim !== 'object' || claim === null || !('sub' in claim)) return null
  return { issuer: 'iss' in claim ? String(claim.iss) : issuer, subject: String(claim.sub) }
}
