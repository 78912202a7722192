import type { HeaderList } from '@headgate/http'

/**
 * Headers that apply to one connection only (RFC 9110 section 7.6.1), that request another protocol, or that limit
 * the number of hops.
 */
const hopByHop = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-authentication-info',
])

/** Removes the headers that apply to one connection only, and the headers that the `Connection` header lists. */
export function endToEnd(headers: HeaderList): HeaderList {
  const named = new Set(
    headers
      .filter(([name]) => name.toLowerCase() === 'connection')
      .flatMap(([, value]) => value.split(',').map((option) => option.trim().toLowerCase())),
  )
  return headers.filter(([name]) => !hopByHop.has(name.toLowerCase()) && !named.has(name.toLowerCase()))
}

/**
 * Headers of a client that the proxy does not forward. By most of them, a client could claim an identity or hide the
 * origin of a request, so only the auth provider may set them. `Expect` and `Host` concern only the client and the
 * proxy.
 */
const ours =
  /^(host|expect|authorization|original-.*|cookie2?|dpop|txn-token|x-api-key|x-forwarded-.*|forwarded|via|x-real-ip|x-client-ip|true-client-ip|x-(remote|auth-request|webauth|authenticated|user|identity)(-.*)?|remote-user|x-amz-.*|x-amzn-.*|x-goog-(iap|authenticated-user|api-key|iam)(-.*)?|x-ms-(client-principal|token)(-.*)?|cf-access-.*|tailscale-user-.*|x-(http-)?method(-override)?|x-original-(url|uri|host|method)|x-rewrite-url|x-host)$/

/**
 * Returns the headers of a client that the proxy forwards. Removes headers of the connection and headers that contain
 * an identity. Treats `_` and `-` in names as equal, because some servers map headers to variables and treat them as
 * equal too.
 *
 * @param set lower-case names of the headers that the auth provider sets
 */
export function headersOnward(headers: HeaderList, set: readonly string[]): HeaderList {
  const reserved = new Set(set)
  return endToEnd(headers).filter(([name]) => {
    const seen = name.toLowerCase().replaceAll('_', '-')
    return !ours.test(seen) && !reserved.has(seen) && seen !== 'content-length'
  })
}
