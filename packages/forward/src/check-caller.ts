import { createHash, timingSafeEqual } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { type HeaderList, headerValue, headerValues } from '@headgate/http'

export interface CallerRules {
  /** Accepted values of `Host`, in lower case. */
  readonly hosts: ReadonlySet<string>
  /** The secret that clients must send, as a bearer token or in `x-api-key`; undefined for a proxy without a secret. */
  readonly secret: string | undefined
}

/**
 * Checks that a request may use the identity of the proxy. Refuses web pages, regardless of who views them: a page could
 * make a browser on this machine send requests to the proxy, by its address or by a name that resolves to it.
 *
 * @throws HeadgateError `bad-request` without exactly one Host, `forbidden` for another host or from a web page,
 * `unauthenticated` without the secret
 */
export function checkCaller(headers: HeaderList, { hosts, secret }: CallerRules): void {
  const named = headerValues(headers, 'host')
  if (named.length !== 1) throw new HeadgateError('bad-request', 'A request needs one Host header.')
  if (!hosts.has((named[0] ?? '').toLowerCase())) {
    throw new HeadgateError(
      'forbidden',
      'This is not the address of this proxy: use the one that it printed, or name another one with --public-url.',
    )
  }
  const site = headerValue(headers, 'sec-fetch-site')
  if (headerValue(headers, 'origin') !== undefined || (site !== undefined && site !== 'none')) {
    throw new HeadgateError('forbidden', 'Web pages may not use this proxy.')
  }
  if (secret !== undefined && !given(headers).some((each) => same(each, secret))) {
    throw new HeadgateError(
      'unauthenticated',
      'This proxy requires a secret: send it as a bearer token or as x-api-key.',
    )
  }
}

function given(headers: HeaderList): string[] {
  const bearers = headerValues(headers, 'authorization').flatMap((value) => {
    const token = /^Bearer +(\S+)$/i.exec(value.trim())?.[1]
    return token === undefined ? [] : [token]
  })
  return [...bearers, ...headerValues(headers, 'x-api-key').map((value) => value.trim())]
}

function same(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())
}
