import { randomUUID } from 'node:crypto'
import type { Random } from '../attack/random.ts'
import { decodeClaims, inSeconds } from '../lib/jwt.ts'
import type { Fixture } from './fixture.ts'

/** Returns the claims of a valid session token or of a valid client assertion, for a principal with rights. */
export function victimClaims(fixture: Fixture, random: Random): Record<string, unknown> {
  const { clients, tokens, uri } = fixture
  if (random.chance(0.6)) {
    const { ...claims } = decodeClaims(
      tokens[random.pick(['admin', 'alice', 'trino', 'aliceByTrino'] as const)],
    )
    return { ...claims, jti: randomUUID() }
  }
  const { name } = clients[random.pick(['trino', 'strict', 'alice'] as const)]
  const sub = random.pick([name, clients.alice.name, clients.bob.name, fixture.admin.name])
  return { iss: name, sub, aud: uri, iat: inSeconds(0), exp: inSeconds(120), jti: randomUUID() }
}
