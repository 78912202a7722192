import type { IncomingMessage } from 'node:http'

/** Cookie of a server. */
export interface ConsoleCookie {
  /** True when the server is reached by https. */
  readonly isSecure: boolean
  /** Returns the value of the cookie in a request, or null. */
  read(request: Pick<IncomingMessage, 'headers'>): string | null
  /** Returns a `Set-Cookie` header. */
  write(value: string, maxAgeSeconds: number): string
}

/** Returns the cookie that contains the secret of a session. Requests of other sites do not send it. */
export function sessionCookie(publicUrl: string): ConsoleCookie {
  return consoleCookie(publicUrl, { name: 'headgate', plainName: 'headgate-session', sameSite: 'Strict' })
}

/**
 * Returns the cookie of a sign-in that has started. The issuer sends the browser back, which is a request of another site, so
 * the cookie is `SameSite=Lax`. It contains no right: it only proves which browser started the sign-in.
 */
export function signInCookie(publicUrl: string): ConsoleCookie {
  return consoleCookie(publicUrl, {
    name: 'headgate-sign-in',
    plainName: 'headgate-sign-in',
    sameSite: 'Lax',
  })
}

interface CookieName {
  readonly name: string
  /** Name without https. */
  readonly plainName: string
  readonly sameSite: 'Strict' | 'Lax'
}

/**
 * Returns a cookie for a public URL. With https, the prefix `__Host-` makes browsers refuse the cookie from other hosts and
 * over http. Without https, which works on one machine only, the name contains the port, because cookies of all ports of a
 * host are sent to each of them.
 */
function consoleCookie(publicUrl: string, { name: own, plainName, sameSite }: CookieName): ConsoleCookie {
  const { protocol, port } = new URL(publicUrl)
  const isSecure = protocol === 'https:'
  const name = isSecure ? `__Host-${own}` : `${plainName}-${port === '' ? '80' : port}`
  return {
    isSecure,
    read({ headers }) {
      for (const pair of (headers.cookie ?? '').split(';')) {
        const equals = pair.indexOf('=')
        if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim()
      }
      return null
    },
    write: (value, maxAgeSeconds) =>
      `${name}=${value}; Path=/; HttpOnly; SameSite=${sameSite}; Max-Age=${maxAgeSeconds}${isSecure ? '; Secure' : ''}`,
  }
}
