import { type Claims, encodePart, inSeconds } from '../lib/jwt.ts'

/** Returns an unsigned JWT, as Trino sends it to name its user if it is configured with `session=USER`. */
export function statement(claims: Claims, header: Claims = {}): string {
  const usual = { iss: '483', iat: inSeconds(0), source: 'trino-cli' }
  return `${encodePart({ alg: 'none', ...header })}.${encodePart({ ...usual, ...claims })}.`
}
