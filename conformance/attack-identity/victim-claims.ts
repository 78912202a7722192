import { randomUUID } from 'node:crypto'
import type { Random } from '../attack/random.ts'
import { claimsOf, inSeconds } from '../lib/jwt.ts'
import type { Scene } from './scene.ts'

/** Claims as a good token has them, of somebody worth being: of a session, or of a client's own assertion. */
export function victimClaims(scene: Scene, random: Random): Record<string, unknown> {
  const { clients, tokens, uri } = scene
  if (random.chance(0.6)) {
    const { ...claims } = claimsOf(tokens[random.pick(['admin', 'alice', 'trino', 'aliceByTrino'] as const)])
    return { ...claims, jti: randomUUID() }
  }
  const { name } = clients[random.pick(['trino', 'strict', 'alice'] as const)]
  const sub = random.pick([name, clients.alice.name, clients.bob.name, scene.admin.name])
  return { iss: name, sub, aud: uri, iat: inSeconds(0), exp: inSeconds(120), jti: randomUUID() }
}
