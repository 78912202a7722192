import { createHash, timingSafeEqual } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { type HeaderList, headerValue, headerValues } from '@headgate/http'

export interface CallerRules {
  /** Accepted values of the `Host` header, in lower case. */
  readonly hosts: ReadonlySet<string>
  /**
   * The secret that clients must send, as a bearer token or in `x-api-key`; undefined if the proxy requires no
   * secret.
   */
  readonly secret: string | undefined
}

/**
 * Checks that the sender of a request may use the credentials of the proxy. Refuses all requests that web pages send,
 * because any page in a browser on this machine could send requests to the proxy.
 *
 * @throws HeadgateError `bad-request` if the request does not have exactly one Host header, `forbidden` if the host
 * is not accepted or a web page sent the request, `unauthenticated` if the request does not contain the secret
 */
export function checkCaller(headers: HeaderList, { hosts, secret }: CallerRules): void {
  const named = headerValues(headers, 'host')
  if (named.length !== 1)
    throw new HeadgateError('bad-request', 'The request must have exactly one Host header.')
  if (!hosts.has((named[0] ?? '').toLowerCase())) {
    throw new HeadgateError(
      'forbidden',
      'The Host header does not contain the address of this proxy: use the URL that the proxy printed, or set --public-url.',
    )
  }
  const site = headerValue(headers, 'sec-fetch-site')
  if (headerValue(headers, 'origin') !== undefined || (site !== undefined && site !== 'none')) {
    throw new HeadgateError('forbidden', 'This proxy refuses requests that a web page sends.')
  }
  if (secret !== undefined && !listTokens(headers).some((each) => same(each, secret))) {
    throw new HeadgateError(
      'unauthenticated',
      'This proxy requires a secret: send it as a bearer token or as x-api-key.',
    )
  }
}

function listTokens(headers: HeaderList): string[] {
  const bearers = headerValues(headers, 'authorization').flatMap((value) => {
    const token = /^Bearer +(\S+)$/i.exec(value.trim())?.[1]
    return token === undefined ? [] : [token]
  })
  return [...bearers, ...headerValues(headers, 'x-api-key').map((value) => value.trim())]
}

function same(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())
}
