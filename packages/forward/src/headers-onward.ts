import type { HeaderList } from '@headgate/auth'

/** Headers of one connection (RFC 9110 section 7.6.1), and what asks for another protocol or for a place to stop at. */
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

/** The headers without those of the connection they came on, and those that `Connection` names. */
export function endToEnd(headers: HeaderList): HeaderList {
  const named = new Set(
    headers
      .filter(([name]) => name.toLowerCase() === 'connection')
      .flatMap(([, value]) => value.split(',').map((option) => option.trim().toLowerCase())),
  )
  return headers.filter(([name]) => !hopByHop.has(name.toLowerCase()) && !named.has(name.toLowerCase()))
}

/**
 * Headers by which somebody could say who they are, or have a request seen as another one: the upstream must hear of
 * that from the auth provider alone. `Expect` and `Host` are between us and the client.
 */
const ours =
  /^(host|expect|authorization|original-.*|cookie2?|dpop|txn-token|x-api-key|x-forwarded-.*|forwarded|via|x-real-ip|x-client-ip|true-client-ip|x-(remote|auth-request|webauth|authenticated|user|identity)(-.*)?|remote-user|x-amz-.*|x-amzn-.*|x-goog-(iap|authenticated-user|api-key|iam)(-.*)?|x-ms-(client-principal|token)(-.*)?|cf-access-.*|tailscale-user-.*|x-(http-)?method(-override)?|x-original-(url|uri|host|method)|x-rewrite-url|x-host)$/

/**
 * The headers of a client that go on: none of its connection, none about who it is. Servers that read headers as
 * variables do not tell `_` from `-`, so neither is told apart here.
 *
 * @param set Lower-case names of the headers that the auth provider sets
 */
export function headersOnward(headers: HeaderList, set: readonly string[]): HeaderList {
  const reserved = new Set(set)
  return endToEnd(headers).filter(([name]) => {
    const seen = name.toLowerCase().replaceAll('_', '-')
    return !ours.test(seen) && !reserved.has(seen) && seen !== 'content-length'
  })
}
