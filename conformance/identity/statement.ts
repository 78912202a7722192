import { type Claims, encodePart, inSeconds } from '../lib/jwt.ts'

/** What Trino says about its user with `session=USER`: a JWT that nobody signs. */
export function statement(claims: Claims, header: Claims = {}): string {
  const usual = { iss: '483', iat: inSeconds(0), source: 'trino-cli' }
  return `${encodePart({ alg: 'none', ...header })}.${encodePart({ ...usual, ...claims })}.`
}
