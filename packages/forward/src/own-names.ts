import type { Server } from 'node:http'
import { HeadgateError } from '@headgate/errors'

/** Returns the port of a listening server. */
function readPort(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Returns the URL of a listening server. */
export function formatUrl(server: Server, host: string): string {
  const name = host.includes(':') ? `[${host}]` : host
  return `http://${name}:${readPort(server)}`
}

/**
 * Returns the accepted values of the `Host` header: the listening address, the host of the public URL, and all
 * loopback names if the proxy listens on a loopback address.
 */
export function listHosts(server: Server, host: string, publicUrl: string): ReadonlySet<string> {
  const port = readPort(server)
  const named = URL.parse(publicUrl)?.host
  if (named === undefined) {
    throw new HeadgateError(
      'illegal-argument',
      'The public URL is not valid. Write a URL like http://127.0.0.1:8282.',
    )
  }
  const loopback = isLoopback(host) ? ['127.0.0.1', 'localhost', '[::1]'] : []
  const names = [...loopback, host.includes(':') ? `[${host}]` : host]
  const withPort = names.map((name) => `${name}:${port}`)
  return new Set([named, ...withPort, ...(port === 80 ? names : [])].map((each) => each.toLowerCase()))
}

/**
 * Returns whether a host is a loopback name or a loopback address.
 *
 * @example
 * ```ts
 * isLoopback('127.0.0.1') // true
 * isLoopback('catalog.example.com') // false
 * ```
 */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}
