import type { IncomingMessage } from 'node:http'

/** Cookie that contains the secret of a session of the web console. */
export interface SessionCookie {
  /** True when the server is reached by https. */
  readonly isSecure: boolean
  /** Returns the secret in the cookie of a request, or null. */
  read(request: Pick<IncomingMessage, 'headers'>): string | null
  /** Returns a `Set-Cookie` header that stores the secret for `maxAgeSeconds`. */
  write(secret: string, maxAgeSeconds: number): string
}

/**
 * Returns the session cookie for a server with this public URL. With https, the prefix `__Host-` makes browsers refuse
 * the cookie from other hosts and over http. Without https, which works on one machine only, the name contains the
 * port, because browsers send the cookies of a host to all its ports.
 */
export function sessionCookie(publicUrl: string): SessionCookie {
  const { protocol, port } = new URL(publicUrl)
  const isSecure = protocol === 'https:'
  const name = isSecure ? '__Host-headgate' : `headgate-session-${port === '' ? '80' : port}`
  return {
    isSecure,
    read({ headers }) {
      for (const pair of (headers.cookie ?? '').split(';')) {
        const equals = pair.indexOf('=')
        if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim()
      }
      return null
    },
    write: (secret, maxAgeSeconds) =>
      `${name}=${secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}${isSecure ? '; Secure' : ''}`,
  }
}
