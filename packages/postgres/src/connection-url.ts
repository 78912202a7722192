import { DATABASE, USER } from './cluster.ts'

/**
 * Returns the connection string of the embedded server. It contains the password. It disables TLS, which the server
 * does not support, and so overrides the variable `PGSSLMODE`.
 *
 * @param authority host and port, or percent-encoded socket directory and port
 */
export function connectionUrl(password: string, authority: string): string {
  return `postgresql://${USER}:${password}@${authority}/${DATABASE}?sslmode=disable`
}
