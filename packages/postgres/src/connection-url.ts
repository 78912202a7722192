import { DATABASE, USER } from './cluster.ts'

/**
 * Returns the connection string of the embedded server: a secret. It disables TLS, which the server does not offer, so
 * that `PGSSLMODE` of the environment has no effect.
 *
 * @param authority host and port; a socket directory is percent-encoded
 */
export function connectionUrl(password: string, authority: string): string {
  return `postgresql://${USER}:${password}@${authority}/${DATABASE}?sslmode=disable`
}
